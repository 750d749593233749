// An issuer for tests and for trying things out: a key pair of its own, and tokens as the worker wants them.
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { VARS } from "./workerd.mjs";

export async function issuer() {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const kid = crypto.randomUUID();
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" }] });
  /** A token for an actor of a tenant; the rest says how it differs from a good one. */
  const token = (actor, tenant, { scope, expires = "1h", issued, audience = VARS.AUDIENCE, from = VARS.ISSUER, typ = "at+jwt", key = privateKey, alg = "ES256", claims = {} } = {}) => {
    const jwt = new SignJWT({ ...(tenant === undefined ? {} : { tenant }), ...(scope === undefined ? {} : { scope }), ...claims }).setProtectedHeader({ alg, kid, typ });
    if (actor !== undefined) jwt.setSubject(actor);
    return jwt.setIssuer(from).setAudience(audience).setIssuedAt(issued).setExpirationTime(expires).sign(key);
  };
  return { jwks, publicKey, token };
}
