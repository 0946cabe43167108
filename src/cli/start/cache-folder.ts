/** Where this user keeps what can be made again. */
import { mkdirSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** Bits of a mode that let others write. */
const WRITABLE_BY_OTHERS = 0o022;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `~/.cache/berth` (or in XDG_CACHE_HOME), made if need be. `undefined` where there is no such place, where the user wants
 * none (NODE_DISABLE_COMPILE_CACHE, as of Node's own cache), and where others could put code of theirs: with sudo, HOME may
 * still be that of somebody else.
 */
export function ownCacheFolder(env: Environment): string | undefined {
  if (env.NODE_DISABLE_COMPILE_CACHE !== undefined) return undefined;
  try {
    const folder = cacheFolder(env);
    return folder !== undefined && isOurs(folder) ? folder : undefined;
  } catch {
    return undefined; // a part of the path is no folder, or may not be looked into
  }
}

function cacheFolder({ XDG_CACHE_HOME: caches, HOME: home }: Environment): string | undefined {
  if (caches !== undefined && isAbsolute(caches)) return made(join(caches, "berth"));
  if (home === undefined || !isAbsolute(home)) return undefined;
  return made(join(home, ".cache", "berth")) ?? (made(join(home, ".cache")) && made(join(home, ".cache", "berth")));
}

/** Not with all folders above it: a home that does not exist must not begin to. */
function made(folder: string): string | undefined {
  // Asked for first, as it nearly always is there, and an error takes longer than an answer.
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return folder;
  try {
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  } catch {
    return undefined;
  }
}

function isOurs(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return uid === process.geteuid?.() && (mode & WRITABLE_BY_OTHERS) === 0;
}
