# The same file system as `npm run build:image` packs without a daemon: the executable, the libraries it needs, and nothing else.
FROM node:24-bookworm AS build
WORKDIR /cwd
COPY . .
RUN npm ci --no-audit --no-fund && npm run build:image

FROM scratch
COPY --from=build /cwd/dist/image/rootfs/ /
# Works as any user and with a read-only root file system. As root, with the node's file system at /host, it is a node shell.
USER 65532:65532
ENV PATH=/usr/local/bin HOME=/home/nonroot
WORKDIR /
ENTRYPOINT ["/usr/local/bin/kubelet-doctor"]
