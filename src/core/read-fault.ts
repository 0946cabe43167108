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
    case "ENAMETOOLONG":
      return "its name is too long";
    default:
      return code;
  }
}
