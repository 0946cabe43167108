import type { RegistryAuth } from "../ports/docker-client.ts";

/** `X-Registry-Auth`: base64url of JSON, padded, because Docker's decoder asks for the padding. */
export function registryHeader(auth: RegistryAuth | undefined): Readonly<Record<string, string>> {
  if (auth === undefined) return {};
  const { username, password, identityToken: identitytoken, serverAddress: serveraddress } = auth;
  const json = JSON.stringify({ username, password, identitytoken, serveraddress });
  const text = Buffer.from(json).toString("base64url");
  return { "X-Registry-Auth": text.padEnd(Math.ceil(text.length / 4) * 4, "=") };
}
