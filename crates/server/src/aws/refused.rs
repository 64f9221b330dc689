//! Why AWS did not give something, in words that say what to do.

use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};

/// Why AWS did not give something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It may be had a moment later.
    Away(Away),
    /// An answer that is known here.
    Known(Known),
    /// An answer by an error code of AWS that is not.
    Code(String),
    /// A binary secret, or a key that does not sign.
    Unusable(&'static str),
}

/// Why it may be had a moment later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Away {
    /// No answer, or no credentials or region to ask with.
    NoAnswer,
    /// AWS has a fault of its own.
    Ailing,
    /// Too many calls of this account.
    Throttled,
    /// Credentials that are being renewed, or were not.
    ExpiredCredentials,
}

/// What AWS answers, as far as there is something to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// No such secret, version or key in this account and region.
    NotThere,
    /// The role may not.
    Forbidden,
    /// Secrets Manager: the secret is on its way to being deleted.
    Deleted,
    /// Secrets Manager: the KMS key of the secret cannot be used.
    Undecryptable,
    /// KMS: switched off.
    KeyDisabled,
    /// KMS: pending deletion, import or replication, or its store is not connected.
    KeyState,
    /// KMS: not for signing, or not by this algorithm.
    KeyUsage,
    /// The name or ARN is not one.
    BadName,
    /// AWS does not know who asks.
    Credentials,
    /// The account has not activated the service or region.
    NotActivated,
}

impl Refused {
    /// What is wrong, and what to do about it.
    pub(crate) fn words(&self) -> (String, &'static str) {
        let (what, instead) = match self {
            Self::Away(away) => away.words(),
            Self::Known(known) => known.words(),
            Self::Unusable(why) => (*why, "refer to another one"),
            Self::Code(code) => {
                return (
                    format!("AWS answers {code}"),
                    "the API reference of Secrets Manager or KMS says what that is, under the \
                     errors of GetSecretValue, BatchGetSecretValue, GetPublicKey or Sign",
                );
            }
        };
        (what.to_owned(), instead)
    }

    /// Takes nothing of an error but its code.
    pub(super) fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Self {
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
        let ailing = error.raw_response().is_some_and(|answer| answer.status().as_u16() >= 500);
        match code.map(Self::code) {
            Some(Self::Away(away)) => Self::Away(away),
            _ if ailing => Self::Away(Away::Ailing),
            Some(refused) => refused,
            None => Self::Away(Away::NoAnswer),
        }
    }

    /// Of a code only letters and digits. What mends itself is as good as no answer.
    pub(super) fn code(code: &str) -> Self {
        let away = AWAY.iter().find(|(word, _)| code.contains(word));
        let known = KNOWN.iter().find(|(word, _)| code.starts_with(word));
        match (away, known) {
            (Some((_, away)), _) => Self::Away(*away),
            (None, Some((_, known))) => Self::Known(*known),
            (None, None) => {
                Self::Code(code.chars().filter(char::is_ascii_alphanumeric).take(64).collect())
            }
        }
    }
}

impl Away {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NoAnswer => (
                "AWS does not answer, or cannot be asked",
                "check that AWS_REGION is set, that there is a task role or credentials that have \
                 not expired, and the way to AWS's endpoint",
            ),
            Self::Ailing => (
                "AWS says that it has a fault of its own",
                "try again; if it stays, look at the AWS Health Dashboard of the region",
            ),
            Self::Throttled => (
                "AWS is asked too often by this account and region",
                "try again; if it stays, look at who else asks, and at the account's quotas of \
                 Secrets Manager and KMS",
            ),
            Self::ExpiredCredentials => (
                "the credentials for AWS have expired",
                "a task's role is renewed by itself; log in again with your own, and check the clock",
            ),
        }
    }
}

impl Known {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotThere => (
                "AWS does not know it",
                "check its name (a member is parted from it by #), AWS_REGION and the account",
            ),
            Self::Forbidden => (
                "AWS does not allow it",
                "allow secretsmanager:BatchGetSecretValue and GetSecretValue, or kms:GetPublicKey \
                 and Sign, to the task's role; and kms:Decrypt if the secret has a key of your own",
            ),
            Self::Deleted => (
                "the secret is marked for deletion",
                "take it back with aws secretsmanager restore-secret --secret-id NAME, or refer to \
                 another one",
            ),
            Self::Undecryptable => (
                "AWS cannot decrypt the secret with its KMS key",
                "see that the key is enabled and not pending deletion, and allow kms:Decrypt with \
                 it to the task's role, in the role and in the key's own policy",
            ),
            Self::KeyDisabled => (
                "the key is disabled",
                "switch it on with aws kms enable-key --key-id KEY, or refer to another one",
            ),
            Self::KeyState => (
                "the key is in no state to be used",
                "aws kms describe-key --key-id KEY shows its KeyState: take a deletion back with \
                 cancel-key-deletion and enable-key, or wait until it is Enabled",
            ),
            Self::KeyUsage => (
                "the key is not for this kind of signature",
                "refer to an RSA key for SIGN_VERIFY of 2048 bits or more",
            ),
            Self::BadName => (
                "AWS takes what is asked for neither for a name nor for an ARN",
                "write the name, or the whole ARN, without blanks and quotes",
            ),
            Self::Credentials => (
                "AWS does not know the credentials, or their signature is not right",
                "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or leave \
                 them to the task's role; and check the clock",
            ),
            Self::NotActivated => (
                "this account has not activated the service or the region",
                "check AWS_REGION and the account, and activate the region in its settings",
            ),
        }
    }
}

/// In codes of what mends itself.
const AWAY: [(&str, Away); 8] = [
    ("Internal", Away::Ailing),
    ("Timeout", Away::Ailing),
    ("ServiceUnavailable", Away::Ailing),
    ("KeyUnavailable", Away::Ailing),
    ("Throttl", Away::Throttled),
    ("TooManyRequests", Away::Throttled),
    ("LimitExceeded", Away::Throttled),
    ("ExpiredToken", Away::ExpiredCredentials),
];

/// How codes begin that say what to do; AWS writes some with `Exception` and some without.
const KNOWN: [(&str, Known); 23] = [
    ("ResourceNotFound", Known::NotThere),
    ("NotFound", Known::NotThere),
    ("AccessDenied", Known::Forbidden),
    ("NotAuthorized", Known::Forbidden),
    ("InvalidRequest", Known::Deleted),
    ("DecryptionFailure", Known::Undecryptable),
    ("Disabled", Known::KeyDisabled),
    ("KMSInvalidState", Known::KeyState),
    ("InvalidKeyUsage", Known::KeyUsage),
    ("UnsupportedOperation", Known::KeyUsage),
    ("InvalidParameter", Known::BadName),
    ("Validation", Known::BadName),
    ("InvalidArn", Known::BadName),
    ("UnrecognizedClient", Known::Credentials),
    ("InvalidClientTokenId", Known::Credentials),
    ("InvalidSignature", Known::Credentials),
    ("SignatureDoesNotMatch", Known::Credentials),
    ("IncompleteSignature", Known::Credentials),
    ("MissingAuthenticationToken", Known::Credentials),
    ("InvalidAccessKeyId", Known::Credentials),
    ("RequestExpired", Known::Credentials),
    ("OptInRequired", Known::NotActivated),
    ("SubscriptionRequired", Known::NotActivated),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mends_itself_at_aws_counts_as_no_answer() {
        for (code, away) in [
            ("InternalServiceError", Away::Ailing),
            ("KMSInternalException", Away::Ailing),
            ("DependencyTimeoutException", Away::Ailing),
            ("KeyUnavailableException", Away::Ailing),
            ("ThrottlingException", Away::Throttled),
            ("ThrottledException", Away::Throttled),
            ("TooManyRequestsException", Away::Throttled),
            ("LimitExceededException", Away::Throttled),
            ("ExpiredTokenException", Away::ExpiredCredentials),
        ] {
            assert_eq!(Refused::code(code), Refused::Away(away), "{code}");
        }
        let others_text = Refused::code("<b>x\n y</b>");
        assert_eq!(others_text, Refused::Code("bxyb".to_owned()), "letters and digits only");
    }

    #[test]
    fn what_aws_answers_is_told_with_what_to_do() {
        for (code, what, instead) in [
            ("ResourceNotFoundException", "does not know it", "check its name"),
            ("NotFoundException", "does not know it", "AWS_REGION"),
            ("AccessDeniedException", "does not allow it", "secretsmanager:BatchGetSecretValue"),
            ("InvalidRequestException", "marked for deletion", "restore-secret"),
            ("DecryptionFailure", "cannot decrypt", "kms:Decrypt"),
            ("DecryptionFailureException", "cannot decrypt", "kms:Decrypt"),
            ("DisabledException", "disabled", "enable-key"),
            ("KMSInvalidStateException", "no state", "cancel-key-deletion"),
            ("InvalidKeyUsageException", "not for this kind", "SIGN_VERIFY"),
            ("UnsupportedOperationException", "not for this kind", "RSA"),
            ("InvalidParameterException", "neither for a name", "without blanks"),
            ("ValidationException", "neither for a name", "ARN"),
            ("InvalidArnException", "neither for a name", "ARN"),
            ("UnrecognizedClientException", "does not know the credentials", "AWS_ACCESS_KEY_ID"),
            ("InvalidSignatureException", "does not know the credentials", "the clock"),
            ("OptInRequired", "not activated", "AWS_REGION"),
            ("ThrottlingException", "too often", "quotas"),
            ("InternalServiceError", "fault of its own", "try again"),
            ("ExpiredTokenException", "have expired", "log in again"),
            ("SomethingNewException", "AWS answers SomethingNewException", "API reference"),
        ] {
            let (said, advice) = Refused::code(code).words();
            assert!(said.contains(what), "{code}: {said}");
            assert!(advice.contains(instead), "{code}: {advice}");
            assert!(!said.contains("; "), "one sentence, then the advice: {said}");
        }
    }
}
