# One image for all parts; docker-compose.yml says which command each of them runs.
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# What may come along is in .dockerignore.
COPY . .
RUN make setup
RUN useradd --create-home --uid 1000 rti && install --directory --owner rti --mode 700 /keys /backups
ENV PATH=/app/.venv/bin:$PATH RTI_HOST=0.0.0.0 RTI_DATA_DIR=/home/rti
USER rti
EXPOSE 8000
CMD ["rti", "serve"]
