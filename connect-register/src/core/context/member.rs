//! What a context can hold: each member with its place in the file and its form. Which variable it
//! stands for is told where the environment is read.

/// A member of a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// The addresses of the workers.
    Urls,
    /// The user for basic authentication.
    Username,
    /// The user's password.
    Password,
    /// A token, instead of a user.
    BearerToken,
    /// Further headers, one `Name: value` a line.
    Headers,
    /// An HTTP proxy on the way.
    Proxy,
    /// The authorities that vouch for a worker.
    TlsCa,
    /// The certificate that is shown to a worker.
    TlsCert,
    /// The key of that certificate.
    TlsKey,
    /// Whether whoever answers is believed.
    TlsInsecure,
    /// The brokers of the cluster that the workers work on.
    KafkaServers,
    /// How they are spoken to: `PLAINTEXT`, `SSL`, `SASL_SSL`, …
    KafkaProtocol,
    /// How they let us in: `PLAIN`, `SCRAM-SHA-512`, …
    KafkaMechanism,
    /// As whom.
    KafkaUsername,
    /// With which password.
    KafkaPassword,
    /// The authorities that vouch for a broker.
    KafkaCa,
    /// The certificate that is shown to a broker.
    KafkaCert,
    /// The key of that certificate.
    KafkaKey,
    /// The password of that key.
    KafkaKeyPassword,
}

/// What a member is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A list of addresses.
    Addresses,
    /// A text.
    Text,
    /// A file, relative to that of the contexts.
    Path,
    /// true or false.
    Flag,
    /// Where a secret is to be found, and never the secret.
    Secret,
    /// A file, or where its text is to be found.
    PathOrSecret,
    /// An address, or where it is to be found if it holds a password.
    AddressOrSecret,
}

impl Form {
    /// Whether it can be a reference to a secret.
    pub fn takes_source(self) -> bool {
        matches!(self, Self::Secret | Self::PathOrSecret | Self::AddressOrSecret)
    }

    /// Whether it can be a text.
    pub fn takes_text(self) -> bool {
        !matches!(self, Self::Secret | Self::Addresses | Self::Flag)
    }

    /// Whether its text is a path.
    pub fn is_path(self) -> bool {
        matches!(self, Self::Path | Self::PathOrSecret)
    }

    /// What is to be written.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Addresses => "a list: [http://a:8083, http://b:8083]",
            Self::Text => "a text",
            Self::Path => "the path of a file",
            Self::Flag => "true or false",
            Self::Secret => "where it is to be found: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}",
            Self::PathOrSecret => "the path of a file, or {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}",
            Self::AddressOrSecret => {
                "an address without a password, or {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}"
            }
        }
    }
}

impl Member {
    /// All of them, in the order of the file.
    pub const ALL: [Self; 19] = [
        Self::Urls,
        Self::Username,
        Self::Password,
        Self::BearerToken,
        Self::Headers,
        Self::Proxy,
        Self::TlsCa,
        Self::TlsCert,
        Self::TlsKey,
        Self::TlsInsecure,
        Self::KafkaServers,
        Self::KafkaProtocol,
        Self::KafkaMechanism,
        Self::KafkaUsername,
        Self::KafkaPassword,
        Self::KafkaCa,
        Self::KafkaCert,
        Self::KafkaKey,
        Self::KafkaKeyPassword,
    ];

    /// Its place in a context: a key, or two with a dot between them.
    pub fn path(self) -> &'static str {
        match self {
            Self::Urls => "urls",
            Self::Username => "username",
            Self::Password => "password",
            Self::BearerToken => "bearer_token",
            Self::Headers => "headers",
            Self::Proxy => "proxy",
            Self::TlsCa => "tls.ca",
            Self::TlsCert => "tls.cert",
            Self::TlsKey => "tls.key",
            Self::TlsInsecure => "tls.insecure",
            Self::KafkaServers => "kafka.bootstrap_servers",
            Self::KafkaProtocol => "kafka.security_protocol",
            Self::KafkaMechanism => "kafka.sasl_mechanism",
            Self::KafkaUsername => "kafka.sasl_username",
            Self::KafkaPassword => "kafka.sasl_password",
            Self::KafkaCa => "kafka.ssl_ca",
            Self::KafkaCert => "kafka.ssl_cert",
            Self::KafkaKey => "kafka.ssl_key",
            Self::KafkaKeyPassword => "kafka.ssl_key_password",
        }
    }

    /// What it is made of.
    pub fn form(self) -> Form {
        match self {
            Self::Urls => Form::Addresses,
            Self::Username | Self::KafkaServers | Self::KafkaProtocol | Self::KafkaMechanism | Self::KafkaUsername => {
                Form::Text
            }
            Self::Password | Self::BearerToken | Self::Headers | Self::KafkaPassword | Self::KafkaKeyPassword => {
                Form::Secret
            }
            Self::Proxy => Form::AddressOrSecret,
            Self::TlsCa | Self::TlsCert | Self::KafkaCa | Self::KafkaCert | Self::KafkaKey => Form::Path,
            Self::TlsKey => Form::PathOrSecret,
            Self::TlsInsecure => Form::Flag,
        }
    }

    /// What it is, in words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Urls => "The address of a worker; of several of one cluster, given again or separated by commas",
            Self::Username => "The user for basic authentication",
            Self::Password => "The user's password",
            Self::BearerToken => "A token, instead of a user",
            Self::Headers => "Further headers, one `Name: value` a line",
            Self::Proxy => "An HTTP proxy on the way to the workers",
            Self::TlsCa => "The authorities that vouch for a worker, as PEM",
            Self::TlsCert => "The certificate that is shown to a worker, as PEM",
            Self::TlsKey | Self::KafkaKey => "The key of that certificate, as PEM",
            Self::TlsInsecure => "Whether whoever answers is believed to be the worker",
            Self::KafkaServers => "The brokers of the cluster: host:port, several with commas",
            Self::KafkaProtocol => "How brokers are spoken to: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL",
            Self::KafkaMechanism => "How brokers let us in: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512",
            Self::KafkaUsername => "The user at the brokers",
            Self::KafkaPassword => "The password at the brokers",
            Self::KafkaCa => "The authorities that vouch for a broker, as PEM",
            Self::KafkaCert => "The certificate that is shown to a broker, as PEM",
            Self::KafkaKeyPassword => "The password of that key",
        }
    }

    /// Whether it is about Kafka, and not about Connect.
    pub fn is_of_kafka(self) -> bool {
        self.path().starts_with("kafka.")
    }
}
