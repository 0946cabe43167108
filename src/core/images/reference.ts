/**
 * Image references: what a name says about registry, repository, tag and digest, and when two names mean the same.
 * Names are kept as written wherever users see them; comparisons are made on the normalised form.
 * Source: engine-behaviour 7.4, 7.8, engine-modern 12.2, 12.3, 35.4 (47, 49).
 */

import { remembered } from "../remembered.ts";

/** A reference taken apart. `docker.io` and `library/` are filled in as Docker does. */
export type ImageReference = {
  /** Registry host with its port: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** Path inside the registry: `library/busybox`. */
  readonly path: string;
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
};

const DOCKER_HUB = "docker.io";

const HOST = /^(?:\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::[0-9]+)?$/;
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const MAX_NAME_LENGTH = 255;

/** Takes a reference apart; `undefined` when Docker would not take it for one. */
export function parseImageReference(text: string): ImageReference | undefined {
  const { name, tag, digest } = splitReference(text);
  const { registry, path } = splitName(name);
  if (!HOST.test(registry) || !PATH.test(path) || name.length > MAX_NAME_LENGTH) return undefined;
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  if (digest !== undefined && !DIGEST.test(digest)) return undefined;
  return { registry, path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** The parts of a reference as they are written. */
type ReferenceParts = { readonly name: string; readonly tag?: string; readonly digest?: string };

/** Cuts at the last `@` and at the last `:` that is no registry's port. Source: engine-behaviour 7.4. */
export const splitReference = remembered((text: string): ReferenceParts => {
  const at = text.lastIndexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const tagged = at < 0 ? text : text.slice(0, at);
  const colon = tagged.lastIndexOf(":");
  const hasTag = colon >= 0 && !tagged.slice(colon).includes("/");
  return {
    name: hasTag ? tagged.slice(0, colon) : tagged,
    ...(hasTag ? { tag: tagged.slice(colon + 1) } : {}),
    ...(digest === undefined ? {} : { digest }),
  };
});

/** The reference as written, with `:latest` when it has neither tag nor digest. Source: DC-4, DC-7. */
export function withDefaultTag(text: string): string {
  const { tag, digest } = splitReference(text);
  return tag === undefined && digest === undefined ? `${text}:latest` : text;
}

/** Registry and repository without tag and digest, in the form that is the same for all spellings. */
export const repositoryOf = remembered((text: string): string | undefined => {
  const reference = parseImageReference(text);
  return reference && `${reference.registry}/${reference.path}`;
});

/** One spelling for all names of the same thing: `busybox` and `docker.io/library/busybox:latest` meet here. */
export const normaliseReference = remembered((text: string): string | undefined => {
  const reference = parseImageReference(withDefaultTag(text));
  if (reference === undefined) return undefined;
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`;
  return `${reference.registry}/${reference.path}${tag}${digest}`;
});

/** Do both names mean the same image name? Texts that are no references are compared as they are. */
export function sameImageName(a: string, b: string): boolean {
  return a === b || (normaliseReference(a) ?? a) === (normaliseReference(b) ?? b);
}

/** `name@digest`: the reference that a registry cannot change under our hands. A tag is dropped. */
export function withDigest(text: string, digest: string): string {
  return `${splitReference(text).name}@${digest}`;
}

/**
 * The digest under which a local image is known in the repository of this reference; an image pulled under several
 * names has one for each. Source: engine-modern 12.3 step 3, IMG-13.
 */
export function findRepoDigest(repoDigests: readonly string[], text: string): string | undefined {
  if (repoDigests.length === 0) return undefined;
  const repository = repositoryOf(text);
  const match = repoDigests.find((entry) => repository !== undefined && repositoryOf(entry) === repository);
  return match === undefined ? undefined : splitReference(match).digest;
}

function splitName(name: string): { readonly registry: string; readonly path: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  if (!looksLikeHost(first)) return { registry: DOCKER_HUB, path: hubPath(name) };
  const rest = name.slice(slash + 1);
  return isHubAlias(first) ? { registry: DOCKER_HUB, path: hubPath(rest) } : { registry: first, path: rest };
}

/** A first segment is a registry when it could not be a user's name. Source: engine-behaviour 7.8. */
function looksLikeHost(segment: string): boolean {
  return segment === "localhost" || /[.:]/.test(segment) || (segment !== "" && segment !== segment.toLowerCase());
}

function isHubAlias(host: string): boolean {
  return host === DOCKER_HUB || host === `index.${DOCKER_HUB}`;
}

function hubPath(path: string): string {
  return path.includes("/") ? path : `library/${path}`;
}
