# The server in a container: `docker build -t bifrost .`. Its user is not root, and of its file system only /data is written to.
# It ends by SIGTERM without a helper: Node.js is the first process, starts no other, and handles the signal.

FROM node:22-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm run sbom

FROM node:22-slim AS packages
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:22-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 BIFROST_DATA_DIR=/data
WORKDIR /app
COPY --from=packages /build/node_modules node_modules
COPY --from=build /build/dist/bifrost.js /build/dist/sbom.json /build/dist/THIRD-PARTY-LICENSES.txt dist/
COPY --from=build /build/dist/dashboard dist/dashboard
COPY package.json LICENSE ./
RUN ln -s /app/dist/bifrost.js /usr/local/bin/bifrost && install -d -o node -g node -m 0700 /data
# By number, so that Kubernetes can see that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/bifrost.js"]
CMD ["start"]
