/** Image references as Docker reads and prints them: `busybox`, `docker.io/library/busybox:latest` name the same image. */

export type ImageReference = {
  /** As Docker prints it: without the default registry and without `library/`. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
};

/** A reference without tag and digest means the tag `latest`. */
export function parseReference(text: string): ImageReference {
  const [named = "", digest] = text.split("@", 2);
  const colon = named.lastIndexOf(":");
  // A colon before a slash belongs to a registry's port.
  const hasTag = colon > named.lastIndexOf("/");
  const repository = familiarName(hasTag ? named.slice(0, colon) : named);
  if (digest !== undefined) return { repository, digest };
  return { repository, tag: hasTag ? named.slice(colon + 1) : "latest" };
}

export function formatReference({ repository, tag, digest }: ImageReference): string {
  return digest === undefined ? `${repository}:${tag ?? "latest"}` : `${repository}@${digest}`;
}

/** Host of the registry; `docker.io` when the reference names none. */
export function registryHostOf(repository: string): string {
  const slash = repository.indexOf("/");
  const first = slash < 0 ? "" : repository.slice(0, slash);
  return first === "localhost" || /[.:]/.test(first) ? first : "docker.io";
}

function familiarName(repository: string): string {
  return repository.replace(/^(?:index\.)?docker\.io\//, "").replace(/^library\//, "");
}
