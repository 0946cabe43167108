/** The daemon's answer to a request that it does not carry out: an HTTP status and a text. */
export class DockerRefusal extends Error {
  override readonly name = "DockerRefusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function noSuchContainer(idOrName: string): DockerRefusal {
  return new DockerRefusal(404, `No such container: ${idOrName}`);
}

/** What a container's start ended in when its process could not be made; also sets the container's exit code. */
export class StartRefusal extends DockerRefusal {
  readonly exitCode: number;

  constructor(status: number, message: string, exitCode: number) {
    super(status, message);
    this.exitCode = exitCode;
  }
}

/** 127 and HTTP 400, as a real daemon answers (observed on 20.10). */
export function commandNotFoundRefusal(command: string): StartRefusal {
  const what = `exec: "${command}": executable file not found in $PATH: unknown`;
  return new StartRefusal(
    400,
    `failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${what}`,
    127,
  );
}
