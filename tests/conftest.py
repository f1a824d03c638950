"""What holds for every test: properties are tried on the same examples each time, without a clock."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fairway", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("fairway")
