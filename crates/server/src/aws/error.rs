//! Errors of AWS, with messages that say what to do.

use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};

use crate::config::SourceError;

/// Why a secret or key at AWS cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AwsError {
    /// AWS is unavailable; a retry may succeed.
    Unavailable(Unavailable),
    /// An error code that is known here.
    Known(KnownError),
    /// An error code of AWS that is not known here.
    Code(String),
    /// A binary secret, or a key that does not sign.
    Unusable(&'static str),
}

/// Why AWS is unavailable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unavailable {
    /// No answer, or no credentials or region to ask with.
    NoAnswer,
    /// AWS has an error of its own.
    ServerFault,
    /// Too many calls of this account.
    Throttled,
    /// Credentials that are being renewed, or were not.
    ExpiredCredentials,
}

/// The error codes of AWS that an operator can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KnownError {
    /// No such secret, version or key in this account and region.
    NotFound,
    /// The role lacks the permission.
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
    /// AWS does not know the credentials.
    Credentials,
    /// The account has not activated the service or region.
    NotActivated,
}

impl AwsError {
    /// What is wrong, and what to do.
    pub(crate) fn messages(&self) -> (String, &'static str) {
        let (what, instead) = match self {
            Self::Unavailable(unavailable) => unavailable.messages(),
            Self::Known(known) => known.messages(),
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

    /// Reads the code of an error, and nothing else of it.
    pub(super) fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Self {
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
        let ailing = error.raw_response().is_some_and(|answer| answer.status().as_u16() >= 500);
        match code.map(Self::code) {
            Some(Self::Unavailable(unavailable)) => Self::Unavailable(unavailable),
            _ if ailing => Self::Unavailable(Unavailable::ServerFault),
            Some(refused) => refused,
            None => Self::Unavailable(Unavailable::NoAnswer),
        }
    }

    /// Maps an error code; of an unknown one only letters and digits are kept. Errors that a retry fixes
    /// count as unavailable.
    pub(super) fn code(code: &str) -> Self {
        let unavailable = UNAVAILABLE_CODES.iter().find(|(word, _)| code.contains(word));
        let known = KNOWN_CODES.iter().find(|(word, _)| code.starts_with(word));
        match (unavailable, known) {
            (Some((_, unavailable)), _) => Self::Unavailable(*unavailable),
            (None, Some((_, known))) => Self::Known(*known),
            (None, None) => {
                Self::Code(code.chars().filter(char::is_ascii_alphanumeric).take(64).collect())
            }
        }
    }
}

impl From<AwsError> for SourceError {
    fn from(error: AwsError) -> Self {
        let (what, instead) = error.messages();
        Self { what, instead }
    }
}

impl Unavailable {
    fn messages(self) -> (&'static str, &'static str) {
        match self {
            Self::NoAnswer => (
                "AWS does not answer, or cannot be asked",
                "check that AWS_REGION is set, that there is a task role or credentials that have \
                 not expired, and the way to AWS's endpoint",
            ),
            Self::ServerFault => (
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

impl KnownError {
    fn messages(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => (
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

/// Parts of the codes that a retry fixes.
const UNAVAILABLE_CODES: [(&str, Unavailable); 8] = [
    ("Internal", Unavailable::ServerFault),
    ("Timeout", Unavailable::ServerFault),
    ("ServiceUnavailable", Unavailable::ServerFault),
    ("KeyUnavailable", Unavailable::ServerFault),
    ("Throttl", Unavailable::Throttled),
    ("TooManyRequests", Unavailable::Throttled),
    ("LimitExceeded", Unavailable::Throttled),
    ("ExpiredToken", Unavailable::ExpiredCredentials),
];

/// Beginnings of the known codes; AWS writes some with `Exception` and some without.
const KNOWN_CODES: [(&str, KnownError); 23] = [
    ("ResourceNotFound", KnownError::NotFound),
    ("NotFound", KnownError::NotFound),
    ("AccessDenied", KnownError::Forbidden),
    ("NotAuthorized", KnownError::Forbidden),
    ("InvalidRequest", KnownError::Deleted),
    ("DecryptionFailure", KnownError::Undecryptable),
    ("Disabled", KnownError::KeyDisabled),
    ("KMSInvalidState", KnownError::KeyState),
    ("InvalidKeyUsage", KnownError::KeyUsage),
    ("UnsupportedOperation", KnownError::KeyUsage),
    ("InvalidParameter", KnownError::BadName),
    ("Validation", KnownError::BadName),
    ("InvalidArn", KnownError::BadName),
    ("UnrecognizedClient", KnownError::Credentials),
    ("InvalidClientTokenId", KnownError::Credentials),
    ("InvalidSignature", KnownError::Credentials),
    ("SignatureDoesNotMatch", KnownError::Credentials),
    ("IncompleteSignature", KnownError::Credentials),
    ("MissingAuthenticationToken", KnownError::Credentials),
    ("InvalidAccessKeyId", KnownError::Credentials),
    ("RequestExpired", KnownError::Credentials),
    ("OptInRequired", KnownError::NotActivated),
    ("SubscriptionRequired", KnownError::NotActivated),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_at_aws_that_a_retry_fixes_count_as_no_answer() {
        for (code, unavailable) in [
            ("InternalServiceError", Unavailable::ServerFault),
            ("KMSInternalException", Unavailable::ServerFault),
            ("DependencyTimeoutException", Unavailable::ServerFault),
            ("KeyUnavailableException", Unavailable::ServerFault),
            ("ThrottlingException", Unavailable::Throttled),
            ("ThrottledException", Unavailable::Throttled),
            ("TooManyRequestsException", Unavailable::Throttled),
            ("LimitExceededException", Unavailable::Throttled),
            ("ExpiredTokenException", Unavailable::ExpiredCredentials),
        ] {
            assert_eq!(AwsError::code(code), AwsError::Unavailable(unavailable), "{code}");
        }
        let others_text = AwsError::code("<b>x\n y</b>");
        assert_eq!(others_text, AwsError::Code("bxyb".to_owned()), "letters and digits only");
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
            let (said, advice) = AwsError::code(code).messages();
            assert!(said.contains(what), "{code}: {said}");
            assert!(advice.contains(instead), "{code}: {advice}");
            assert!(!what.contains("; "), "one sentence, then the advice: {said}");
        }
    }
}
