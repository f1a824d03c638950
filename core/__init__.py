"""Everything Fairway knows and does; it never imports Streamlit."""

import os

# Set before numpy, scikit-learn or LightGBM load: spinning OpenMP threads slow shared cores ten times and more.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
