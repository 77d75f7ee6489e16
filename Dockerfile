# Two images: the gateway (the default, the last stage), and `--target demo` with the stand-ins for Logto and
# the API.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci --no-progress
COPY tsconfig.json gateway.schema.json ./
COPY src ./src
RUN npm run --silent build

FROM build AS demo
RUN ln -s /app/dist/scopegate.js /usr/local/bin/scopegate
# Numbers, because Kubernetes cannot tell whether a name is root. 1000 is `node` in the official images.
USER 1000:1000
# The gateway, the page of the demo, and the stand-in for Logto.
EXPOSE 8080 3000 3001
ENTRYPOINT ["scopegate"]
CMD ["demo", "--container"]

# The program is two files that need no package, so npm and yarn have no use here either.
FROM node:24.21.0-bookworm-slim AS gateway
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
  && ln -s /app/dist/scopegate.js /usr/local/bin/scopegate
ENV NODE_ENV=production SCOPEGATE_CONFIG=/etc/scopegate/gateway.yaml
WORKDIR /app
COPY package.json LICENSE gateway.schema.json ./
COPY --from=build /app/dist/scopegate.js /app/dist/cli.js /app/dist/cli.js.map /app/dist/openapi.js ./dist/
COPY --from=build /app/dist/THIRD-PARTY.txt /app/dist/sbom.cdx.json ./dist/
USER 1000:1000
EXPOSE 8080
# Liveness only: a gateway that waits for its issuer must not be started again.
HEALTHCHECK --interval=15s --timeout=5s --start-period=5s --retries=3 CMD ["scopegate", "health"]
# The list form starts no shell, so that SIGTERM and SIGHUP reach the gateway.
ENTRYPOINT ["scopegate"]
CMD ["serve"]
