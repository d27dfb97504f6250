# Not needed for anything: `make all` makes its own environment. For who wants a container:
#   docker build -t thematic-analysis . && docker run --rm -p 8888:8888 thematic-analysis
FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends make git && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home researcher
USER researcher
WORKDIR /home/researcher/pipeline
COPY --chown=researcher . .
RUN make all
EXPOSE 8888
CMD [".venv/bin/python", "-m", "jupyterlab", "--ip=0.0.0.0", "--no-browser", "--ContentsManager.pre_save_hook=analysis.lab.without_outputs"]
