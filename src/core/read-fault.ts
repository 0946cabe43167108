/** More than any task definition, file of values or configuration has: what is larger is something else. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** So long without a byte, and nobody is taken to write into a pipe, ms. */
export const PIPE_SILENCE_MS = 30_000;

/**
 * Why a file could not be read, in words.
 * @param code of the system's error, e.g. `ENOENT`; one without words is given back as it is
 */
export function readFault(code: string): string {
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "it is a folder, give the file in it";
    case "EACCES":
    case "EPERM":
      return "you may not read it";
    case "ENOTDIR":
      return "a part of the path is no folder";
    case "ENXIO":
      return "it is a socket or a device, not a file";
    case "ENODEV":
      return "it is a device or a pipe, not a file";
    case "EFBIG":
      return `it is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`;
    case "ETIMEDOUT":
      return `it is a pipe, and nobody has written to it for ${PIPE_SILENCE_MS / 1_000} s`;
    case "ELOOP":
      return "its symbolic links lead in a circle";
    case "ENAMETOOLONG":
      return "its name is too long";
    default:
      return code;
  }
}
