export { type BuiltLayer, buildImage, EXECUTOR_PATH, type Image } from "./image/build-image.ts";
export { type Architecture, type BaseImage, readBase } from "./image/read-base.ts";
export { type LayerMember, listTree, parents } from "./layers/list-tree.ts";
export { type Layer, writeLayer } from "./layers/write-layer.ts";
export type { Repository } from "./registry/blobs.ts";
export { type Pushed, type PushProgress, pushImage } from "./registry/push-image.ts";
export { parseReference } from "./registry/reference.ts";
export { Registry } from "./registry/registry.ts";
export type { Credentials } from "./registry/registry-token.ts";
