# Two images: the gateway (the default, the last stage), and `--target demo` with the stand-ins for Logto and the API.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci --no-progress
COPY tsconfig.json ./
COPY src ./src
RUN npm run --silent build

FROM build AS demo
# Numbers, because Kubernetes cannot tell whether a name is root. 1000 is `node` in the official images.
USER 1000:1000
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["demo"]

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci --no-progress --omit=dev

FROM node:24-bookworm-slim AS gateway
ENV NODE_ENV=production SCOPEGATE_CONFIG=/etc/scopegate/gateway.yaml
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist/cli.js /app/dist/cli.js.map /app/dist/THIRD-PARTY.txt ./dist/
USER 1000:1000
EXPOSE 8080
# Liveness only: a gateway that waits for its issuer must not be restarted. The address is the default of `admin.listen`.
HEALTHCHECK --interval=15s --timeout=5s --start-period=5s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9090/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The list form starts no shell, so that SIGTERM and SIGHUP reach the gateway.
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["serve"]
