FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node start/run.mjs build && npm prune --omit=dev

FROM node:20-bookworm-slim
# One malloc arena that gives back what is free: start/lean-process.ts says why.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=2097152 \
    MALLOC_TRIM_THRESHOLD_=16777216 \
    DATA_DIR=/data \
    BULK_DIR=/data/bulk \
    PORT=3000
WORKDIR /app
COPY --from=build --chown=node:node /app ./
RUN mkdir -p /data/bulk && chown -R node:node /data
USER node
VOLUME /data
EXPOSE 3000
# Everything in one container, with the PostgreSQL it brings along; docker-compose.yml runs the parts.
CMD ["node", "start/run.mjs", "start"]
