/**
 * The grammar of image references, as Docker reads them: `[REGISTRY[:PORT]/]PATH[:TAG][@ALGORITHM:HEX]`. ECS looks at the
 * characters only, so that a fault shows when the image is pulled.
 */

export type ImageFault = {
  /** Which part is wrong, and how. */
  readonly message: string;
  /** The reference that was surely meant. */
  readonly instead?: string;
};

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
/** The algorithms that Docker knows. */
const DIGEST = /^sha(?:256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})$/;
const ECR = /^(?<account>[^.]+)\.dkr[.-]ecr(?:-fips)?[.-]/;
const PATH_MAX = 255;

/** What keeps Docker from reading `reference`; undefined when it can. */
export function imageFault(reference: string): ImageFault | undefined {
  const scheme = SCHEME.exec(reference)?.[0];
  if (scheme !== undefined) return instead(`An image has no ${scheme} in front`, reference.slice(scheme.length));
  const { registry, path, tag, digest } = partsOf(reference);
  return registryFault(registry) ?? pathFault(path, reference) ?? tagFault(tag, reference) ?? digestFault(digest);
}

/** Offers `reference` when nothing else is wrong with it. */
function instead(message: string, reference: string): ImageFault {
  const isWhole = reference !== "" && imageFault(reference) === undefined;
  return isWhole ? { message, instead: reference } : { message };
}

type Parts = {
  readonly registry: string | undefined;
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
};

function partsOf(reference: string): Parts {
  const at = reference.indexOf("@");
  const digest = at < 0 ? undefined : reference.slice(at + 1);
  const named = at < 0 ? reference : reference.slice(0, at);
  const slash = named.indexOf("/");
  const first = slash < 0 ? "" : named.slice(0, slash);
  const registry = isRegistry(first) ? first : undefined;
  const rest = registry === undefined ? named : named.slice(slash + 1);
  const colon = rest.indexOf(":");
  return {
    registry,
    path: colon < 0 ? rest : rest.slice(0, colon),
    tag: colon < 0 ? undefined : rest.slice(colon + 1),
    digest,
  };
}

/** The first part of a path is a host when it looks like one. */
function isRegistry(part: string): boolean {
  return part === "localhost" || /[.:]/.test(part);
}

function registryFault(registry: string | undefined): ImageFault | undefined {
  if (registry === undefined) return undefined;
  const colon = registry.indexOf(":");
  const host = colon < 0 ? registry : registry.slice(0, colon);
  const port = colon < 0 ? undefined : registry.slice(colon + 1);
  if (!HOST.test(host)) return { message: `The registry "${host}" is no host name` };
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    return { message: `The registry's port "${port}" is no port` };
  const account = ECR.exec(host)?.groups?.account;
  if (account === undefined || /^\d{12}$/.test(account)) return undefined;
  return { message: `The account "${account}" of an ECR registry has no 12 digits` };
}

function pathFault(path: string, reference: string): ImageFault | undefined {
  if (path === "") return { message: "The image has no repository" };
  if (path.length > PATH_MAX) return { message: `The repository has more than ${PATH_MAX} characters` };
  if (path !== path.toLowerCase()) return { message: `The repository "${path}" is not in lower case` };
  const part = path.split("/").find((each) => !COMPONENT.test(each));
  if (part === undefined) return undefined;
  if (part !== "")
    return { message: `"${part}" in the repository is not lower-case letters and digits with single . _ - between` };
  const message = `The repository "${path}" has a slash too many`;
  return instead(
    message,
    reference.replace(
      path,
      path
        .split("/")
        .filter((each) => each !== "")
        .join("/"),
    ),
  );
}

function tagFault(tag: string | undefined, reference: string): ImageFault | undefined {
  if (tag === undefined || TAG.test(tag)) return undefined;
  if (tag === "") return instead("The tag is empty", reference.replace(/:(?=@|$)/, ""));
  return { message: `The tag "${tag}" is not 1 to 128 letters, digits and _ . -` };
}

function digestFault(digest: string | undefined): ImageFault | undefined {
  if (digest === undefined || DIGEST.test(digest)) return undefined;
  return { message: `The digest "${digest}" is not sha256: and 64 hexadecimal digits` };
}
