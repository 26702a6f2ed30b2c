//! The tokens in which LibreChat names its user: JSON Web Tokens, signed by HMAC-SHA256 with a secret that both servers share.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Length of a block of SHA-256, in bytes.
const BLOCK_BYTES: usize = 64;
/// Maximum length of the id of a user, in bytes.
const MAX_ID_BYTES: usize = 200;

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// The claims of a token.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Claims {
    /// Id of LibreChat's user.
    pub(super) id: String,
    /// Time of expiry, in seconds since 1970.
    pub(super) exp: i64,
}

/// Returns the claims of a token; `None` unless its signature is valid. The caller checks the expiry.
pub(super) fn verify_token(secret: &str, token: &str) -> Option<Claims> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: Header = decode(header)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    // Hashes are compared, so that the time taken reveals nothing about the signature.
    let is_signed =
        Sha256::digest(signature) == Sha256::digest(hmac_sha256(secret.as_bytes(), signed.as_bytes()));
    if header.alg != "HS256" || !is_signed {
        return None;
    }
    let claims: Claims = decode(claims)?;
    let id = claims.id.as_str();
    (!id.is_empty() && id.len() <= MAX_ID_BYTES && !id.contains('\0')).then_some(claims)
}

fn decode<T: for<'a> Deserialize<'a>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Returns the HMAC-SHA256 as in RFC 2104.
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; BLOCK_BYTES];
    let hashed: [u8; 32];
    let key = if key.len() > BLOCK_BYTES {
        hashed = Sha256::digest(key).into();
        &hashed[..]
    } else {
        key
    };
    for (byte, given) in block.iter_mut().zip(key) {
        *byte = *given;
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(secret: &str, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = hmac_sha256(secret.as_bytes(), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn signatures_are_those_of_rfc_4231() {
        let hex = |bytes: [u8; 32]| bytes.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(
            hex(hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(hmac_sha256(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn a_token_needs_a_good_signature_and_claims() {
        let header = r#"{"alg":"HS256","typ":"JWT"}"#;
        let good = sign("secret", header, r#"{"id":"64f1","iat":100,"exp":400}"#);
        assert_eq!(verify_token("secret", &good), Some(Claims { id: "64f1".to_owned(), exp: 400 }));
        assert_eq!(verify_token("other", &good), None);
        let (_, signature) = good.rsplit_once('.').unwrap();
        let other = sign("other", header, r#"{"id":"64f2","exp":400}"#);
        let (claims, _) = other.rsplit_once('.').unwrap();
        assert_eq!(verify_token("secret", &format!("{claims}.{signature}")), None);
        for (header, claims) in [
            (r#"{"alg":"none"}"#, r#"{"id":"64f1","exp":400}"#),
            (r#"{"alg":"HS512"}"#, r#"{"id":"64f1","exp":400}"#),
            (header, r#"{"id":"64f1"}"#),
            (header, r#"{"id":"","exp":400}"#),
            (header, r#"{"exp":400}"#),
        ] {
            assert_eq!(verify_token("secret", &sign("secret", header, claims)), None, "{header} {claims}");
        }
        for broken in ["", ".", "..", "a.b.c", "a.b"] {
            assert_eq!(verify_token("secret", broken), None);
        }
    }
}
