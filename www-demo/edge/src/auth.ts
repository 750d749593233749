// Who asks: a signed token, of this issuer, for this audience, in time, with the one algorithm that is expected.
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { Caller, Env } from "./env.ts";
import { Refusal } from "./problem.ts";

/** Pinned: a token cannot choose how it is checked. */
const ALGORITHM = "ES256";
/** The scope that may load leads and set the configuration. */
const ADMIN = "admin";
/** Tenants are names of objects: short, and nothing that needs escaping in an address or a log. */
const TENANT = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const LONGEST_ACTOR = 256;

let known: { text: string; keys: JWTVerifyGetKey } | undefined;

function keys(text: string): JWTVerifyGetKey {
  if (known?.text !== text) known = { text, keys: createLocalJWKSet(JSON.parse(text) as JSONWebKeySet) };
  return known.keys;
}

const denied = (code: string, detail: string) => new Refusal(401, code, { detail, headers: { "www-authenticate": `Bearer error="invalid_token", error_description="${detail}"` } });

/** Gives back who the bearer of a token is, or throws the refusal. */
export async function authenticate(header: string | undefined, env: Env): Promise<Caller> {
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(header ?? "")?.[1];
  if (token === undefined) throw new Refusal(401, "token_missing", { detail: "a bearer token is needed", headers: { "www-authenticate": "Bearer" } });
  let payload;
  try {
    ({ payload } = await jwtVerify(token, keys(env.JWKS), {
      algorithms: [ALGORITHM],
      typ: "at+jwt",
      issuer: env.ISSUER,
      audience: env.AUDIENCE,
      maxTokenAge: "12h",
      requiredClaims: ["sub", "exp", "iat", "tenant"],
    }));
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw denied("token_expired", "the token has expired");
    // Which of the checks failed is nobody's business but the log's reader: the code tells no more than this.
    if (error instanceof errors.JOSEError) throw denied("token_invalid", "the token is not valid here");
    throw error;
  }
  const { sub, tenant, scope } = payload;
  if (typeof sub !== "string" || sub === "" || sub.length > LONGEST_ACTOR || typeof tenant !== "string" || !TENANT.test(tenant)) throw denied("token_invalid", "the token is not valid here");
  return { actor: sub, tenant, admin: typeof scope === "string" && scope.split(" ").includes(ADMIN) };
}
