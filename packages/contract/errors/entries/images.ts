import { entry } from "./entry.ts";

/** Building a runtime image and bringing it to a registry. */
export const imagesErrors = () => ({
  LAYER_INVALID: entry(
    400,
    "caller",
    "A folder cannot become a layer of the runtime image.",
    "Remove what the message names; links must stay inside the folder, and devices and sockets cannot be kept.",
  ),
  LOCK_FILE_MISSING: entry(
    400,
    "caller",
    "The project has dependencies that cannot be bundled, and no package-lock.json.",
    "Run `npm install` in the project's folder and keep the package-lock.json that it writes.",
  ),
  LOCK_FILE_INVALID: entry(
    400,
    "caller",
    "The package-lock.json does not say what is to be installed.",
    "Run `npm install` in the project's folder; every package has to come from a registry.",
  ),
  DEPENDENCY_NEEDS_DOCKERFILE: entry(
    400,
    "caller",
    "A dependency has to be compiled for the runtime, which only an image of a Dockerfile could do.",
    "Take a version or another package that brings what is compiled, or name a `dockerfile` under `build` in floww.yaml.",
  ),
  IMAGE_BUILDER_MISSING: entry(
    400,
    "caller",
    "There is no container engine to build the Dockerfile with.",
    "Install Docker, podman or BuildKit (`buildctl`) and start it, or leave `build.dockerfile` out of floww.yaml: most images need no Dockerfile.",
  ),
  IMAGE_BUILD_FAILED: entry(
    400,
    "caller",
    "The container engine could not build or push the image.",
    "Read what it says in the message; the same command in a terminal shows all of it.",
  ),
  DEPENDENCIES_FAILED: entry(
    502,
    "outside",
    "npm could not install the dependencies of the runtime image.",
    "Read what npm says in the message; `npm ci` in the project's folder must succeed.",
  ),
  IMAGE_INVALID: entry(
    400,
    "caller",
    "The image is not one that a runtime can be built on.",
    "Name an OCI or Docker image for Linux, like `public.ecr.aws/lambda/nodejs:24`.",
  ),
  REGISTRY_REFUSED: entry(
    502,
    "outside",
    "The registry of images refused the request.",
    "Check the address of the image and the credentials for its registry.",
  ),
  REGISTRY_UNAVAILABLE: entry(
    503,
    "outside",
    "The registry of images did not answer, also when asked again.",
    "Try again; what was uploaded already is not sent twice.",
  ),
});
