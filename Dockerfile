# The app: docker build -t fairway . && docker run -p 8501:8501 -v fairway:/data fairway
FROM python:3.11-slim

RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 fairway && mkdir /data && chown fairway /data
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY --chown=fairway app.py ./
COPY --chown=fairway core core
COPY --chown=fairway pages pages
COPY --chown=fairway assets assets
COPY --chown=fairway .streamlit .streamlit
USER fairway
ENV FAIRWAY_HOME=/data PYTHONUNBUFFERED=1
EXPOSE 8501
HEALTHCHECK --start-period=20s CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/fairway/health')"
# A container is reached from outside: put a login or a private network in front of it.
CMD ["streamlit", "run", "app.py", "--server.port", "8501", "--server.address", "0.0.0.0"]
