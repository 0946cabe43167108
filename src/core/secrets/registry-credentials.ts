/** The secret behind `repositoryCredentials`: JSON with `username` and `password`. Source: engine-modern 12.6. */
export type RepositoryLogin = { readonly username: string; readonly password: string };

/** More than a secret may hold. */
const MAX_CHARACTERS = 65_536;

/** `undefined` when the text is anything else. */
export function parseRepositoryLogin(text: string): RepositoryLogin | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const { username, password } = parseObject(text);
  if (typeof username !== "string" || typeof password !== "string" || username === "") return undefined;
  return { username, password };
}

function parseObject(text: string): { readonly username?: unknown; readonly password?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    // The parser's message quotes the text.
    return {};
  }
}
