/** Made by the test set-up out of a static busybox. */
export const IMAGE = "berth-test/busybox:latest";

/** Where the daemon listens that tests may use. */
export function realDaemon(): string {
  const endpoint = process.env.BERTH_TEST_DOCKER_HOST;
  if (endpoint) return endpoint;
  throw new Error(
    `Cannot test against a real Docker daemon: BERTH_TEST_DOCKER_HOST is not set. Set it to the endpoint of a daemon that has the image ${IMAGE}`,
  );
}
