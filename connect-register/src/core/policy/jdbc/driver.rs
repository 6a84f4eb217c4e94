//! Parameters of JDBC drivers, which load classes, read files and run statements before a
//! connection is there: which of them are allowed, in a URL and as keys that are passed on.

use super::super::Rule;
use super::super::finding::Findings;
use super::{Jdbc, tls};

/// Every property of the PostgreSQL driver: the names of `PGProperty` at pgjdbc 3a699d57 (42.7.x).
pub const POSTGRESQL: [&str; 91] = [
    "adaptiveFetch",
    "adaptiveFetchMaximum",
    "adaptiveFetchMinimum",
    "allowEncodingChanges",
    "ApplicationName",
    "assumeMinServerVersion",
    "authenticationPluginClassName",
    "autosave",
    "binaryTransfer",
    "binaryTransferDisable",
    "binaryTransferEnable",
    "cancelSignalTimeout",
    "channelBinding",
    "classLoaderStrategy",
    "cleanupSavepoints",
    "connectExecutor",
    "connectExecutorArg",
    "connectTimeout",
    "convertBooleanToNumeric",
    "currentSchema",
    "databaseMetadataCacheFields",
    "databaseMetadataCacheFieldsMiB",
    "defaultRowFetchSize",
    "disableColumnSanitiser",
    "escapeSyntaxCallMode",
    "flushCacheOnDdl",
    "groupStartupParameters",
    "gssEncMode",
    "gsslib",
    "gssResponseTimeout",
    "gssUseDefaultCreds",
    "hideUnprivilegedObjects",
    "hostRecheckSeconds",
    "jaasApplicationName",
    "jaasLogin",
    "kerberosServerName",
    "loadBalanceHosts",
    "localSocketAddress",
    "loggerFile",
    "loggerLevel",
    "loginTimeout",
    "logServerErrorDetail",
    "logUnclosedConnections",
    "maxResultBuffer",
    "maxSendBufferSize",
    "options",
    "password",
    "PGDBNAME",
    "PGHOST",
    "PGPORT",
    "preferQueryMode",
    "preparedStatementCacheQueries",
    "preparedStatementCacheSizeMiB",
    "prepareThreshold",
    "protocolVersion",
    "queryTimeout",
    "quoteReturningIdentifiers",
    "readOnly",
    "readOnlyMode",
    "receiveBufferSize",
    "replication",
    "requireAuth",
    "reWriteBatchedInserts",
    "reWriteBatchedInsertsSize",
    "scramMaxIterations",
    "sendBufferSize",
    "service",
    "socketFactory",
    "socketFactoryArg",
    "socketTimeout",
    "ssl",
    "sslcert",
    "sslfactory",
    "sslfactoryarg",
    "sslhostnameverifier",
    "sslkey",
    "sslmode",
    "sslNegotiation",
    "sslpassword",
    "sslpasswordcallback",
    "sslResponseTimeout",
    "sslrootcert",
    "sspiServiceClass",
    "stringtype",
    "targetServerType",
    "tcpKeepAlive",
    "tcpNoDelay",
    "unknownLength",
    "user",
    "useSpnego",
    "xmlFactoryFactory",
];

/// Parameters of other drivers that load classes or read files.
const OF_OTHERS: [&str; 23] = [
    "allowLoadLocalInfile",
    "allowLoadLocalInfileInPath",
    "allowMultiQueries",
    "allowUrlInLocalInfile",
    "autoDeserialize",
    "authenticationPlugins",
    "clientCertificateKeyStoreUrl",
    "clientInfoProvider",
    "connectionLifecycleInterceptors",
    "defaultAuthenticationPlugin",
    "exceptionInterceptors",
    "init",
    "loadBalanceStrategy",
    "localSocket",
    "propertiesTransform",
    "queryInterceptors",
    "queryInfoCacheFactory",
    "serverAffinityOrder",
    "serverConfigCacheFactory",
    "socksProxyHost",
    "statementInterceptors",
    "trustCertificateKeyStoreUrl",
    "parseInfoCacheFactory",
];

/// What connectors themselves understand behind `database.`, though the driver has a property of
/// that name.
const OF_CONNECTORS: [&str; 3] = ["user", "password", "sslpassword"];

/// Keys that connectors pass on to their driver, by what they begin with.
const PASSED_ON: [&str; 3] = ["connection.", "database.", "driver."];

/// Keys behind `connection.` that the JDBC connectors take for themselves.
const KNOWN: [&str; 12] = [
    "url",
    "user",
    "username",
    "password",
    "attempts",
    "backoff.ms",
    "provider",
    "pool.min_size",
    "pool.max_size",
    "pool.acquire_increment",
    "pool.timeout",
    "restart.on.errors",
];

impl Jdbc {
    /// Checks a parameter of a URL.
    pub(super) fn check_parameter(&self, name: &str, value: &str, findings: &mut Findings<'_>) {
        if self.is_allowed(name, findings) {
            tls::check_value(self, name, value, findings);
        }
    }

    /// Checks a key that may be passed on to a driver; `is_jdbc` says that the connector does.
    pub(super) fn check_passed_on(&self, is_jdbc: bool, findings: &mut Findings<'_>) {
        let key = findings.key();
        let lower = key.to_ascii_lowercase();
        let Some(prefix) = PASSED_ON.iter().find(|prefix| lower.starts_with(**prefix)) else { return };
        let name = &key[prefix.len()..];
        let is_connection = *prefix == "connection.";
        if is_connection && KNOWN.contains(&name) {
            return;
        }
        let is_suspect = if is_jdbc && is_connection {
            true
        } else {
            // Another connector means something else by most of them, and another driver has harmless ones of
            // the same name in another case, such as SQL Server's `applicationName`.
            let is_own = OF_CONNECTORS.iter().any(|own| own.eq_ignore_ascii_case(name))
                || !is_connection && !tls::is_about(name) && self.parameters.in_other_case(name).is_some();
            !is_own && POSTGRESQL.iter().chain(&OF_OTHERS).any(|known| known.eq_ignore_ascii_case(name))
        };
        if is_suspect && self.is_allowed(name, findings) && !findings.is_unresolved("the value of a driver's parameter")
        {
            let value = findings.value();
            tls::check_value(self, name, value, findings);
        }
    }

    fn is_allowed(&self, name: &str, findings: &mut Findings<'_>) -> bool {
        if self.parameters.has(name, &[]) {
            return true;
        }
        // The name may be a part of a secret value, unless it stands in the key.
        let is_shown = !findings.is_secret() || findings.key().ends_with(name);
        let shown = if is_shown { format!("{name:?}") } else { "of this name".to_owned() };
        let next = match self.parameters.in_other_case(name) {
            Some(other) => format!("did you mean `{other}`?"),
            None if is_credential(name) => "write connection.user and connection.password instead".to_owned(),
            None if is_shown => self.parameters.line_for(&shown),
            None => "`connect-register policy show` has those that are allowed by default".to_owned(),
        };
        findings.refuse(Rule::JdbcParameter, &format!("the driver may not get the parameter {shown}"), next);
        false
    }
}

fn is_credential(name: &str) -> bool {
    ["user", "password"].iter().any(|known| known.eq_ignore_ascii_case(name))
}
