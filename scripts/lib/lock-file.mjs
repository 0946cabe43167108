/**
 * npm leaves packages for other platforms out of the lock file when the registry at hand does not serve them, and then
 * `npm ci` refuses that same lock file. Their names and versions are known from the packages that want them, and
 * nothing more is needed: on the platform in question npm fetches them, elsewhere it passes over them.
 */

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 * @property {string} [resolved]
 * @property {Record<string, string>} [optionalDependencies]
 */
/** @typedef {Record<string, LockedPackage>} LockedPackages by path, such as "node_modules/a/node_modules/b" */

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "x64"];

/** The packages that are wanted and have no entry. @param {LockedPackages} packages @returns {LockedPackages} */
export function missingEntries(packages) {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isFoundFrom(packages, path, name))
      .map(([name, version]) => /** @type {const} */ ([`node_modules/${name}`, entryFor(name, version, dev === true)])),
  );
  return Object.fromEntries(missing);
}

/** By Node's rule: in the package's own node_modules, then in those around it. @param {LockedPackages} packages @param {string} path @param {string} name */
function isFoundFrom(packages, path, name) {
  const around = path
    .split("/node_modules/")
    .map((_, index, parts) => parts.slice(0, index + 1).join("/node_modules/"));
  return ["", ...around].some((base) => packages[`${base === "" ? "" : `${base}/`}node_modules/${name}`] !== undefined);
}

/** @param {string} name @param {string} version @param {boolean} dev @returns {LockedPackage} */
function entryFor(name, version, dev) {
  const words = (name.split("/").at(-1) ?? "").split(/[-_.]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  const libc = words.some((word) => word.startsWith("musl"))
    ? ["musl"]
    : words.some((word) => word.startsWith("gnu"))
      ? ["glibc"]
      : [];
  return {
    version,
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(dev ? { dev } : {}),
    ...(libc.length > 0 ? { libc } : {}),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  };
}
