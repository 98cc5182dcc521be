# The server in a container, from its archive alone ("npm run pack -- server" makes it; this file is in it, as Dockerfile):
#   tar -xzf plugpact-server-VERSION.tgz && docker build -t plugpact-server -f package/Dockerfile package
# compose.yaml starts it beside PostgreSQL and a proxy. Nothing is written: its file system may be read-only.
FROM node:24-slim
WORKDIR /app
COPY . .
RUN ln -s /app/bin/plugpact-server.cjs /usr/local/bin/plugpact-server
USER node
EXPOSE 8080 9464
# SIGTERM ends the server in order; it is the container's first process.
STOPSIGNAL SIGTERM
# A program that answers is alive, also while it waits for the ledger: a restart would not help it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8080) + '/healthz').then(() => process.exit(0), () => process.exit(1))"]
ENTRYPOINT ["plugpact-server"]
