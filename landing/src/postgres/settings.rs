//! Where PostgreSQL is and who we are there, from the environment that `psql` knows too.

use std::fmt;
use std::time::Duration;

use service::{Env, Secret};
use tokio_postgres::Config;

/// Settings of the connection to PostgreSQL.
#[derive(Clone, Debug)]
pub struct Postgres {
    /// Host name, address, or the folder of a socket.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Role.
    pub user: String,
    /// Password; none where the server asks for none.
    pub password: Option<Secret>,
    /// Database.
    pub database: String,
}

impl Postgres {
    /// Reads `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD` (or `PGPASSWORD_FILE`) and `POSTGRES_DB`;
    /// mistakes stay in `env` until it is finished.
    pub fn from_env(env: &mut Env) -> Self {
        // Never fall back to plain text behind the back of someone who asked for encryption.
        if let Some(mode) = env.text("PGSSLMODE")
            && !matches!(mode.as_str(), "disable" | "allow" | "prefer")
        {
            env.mistake(format!(
                "PGSSLMODE={mode:?} asks for an encrypted connection, which landing does not speak yet; use disable, \
                 allow or prefer"
            ));
        }
        Self {
            host: env.text_or("PGHOST", "localhost"),
            port: env.parsed_or("PGPORT", 5432),
            user: env.text_or("PGUSER", "retail"),
            password: env.secret("PGPASSWORD"),
            database: env.text_or("POSTGRES_DB", "retail_ops"),
        }
    }

    /// The driver's settings; `application` is what `pg_stat_activity` shows.
    pub(super) fn config(&self, application: &str) -> Config {
        let mut config = Config::new();
        config
            .host(&self.host)
            .port(self.port)
            .user(&self.user)
            .dbname(&self.database)
            .application_name(application)
            // "already exists, skipping" is no news in files that are safe to run again.
            .options("-c client_min_messages=warning")
            .connect_timeout(Duration::from_secs(3))
            .tcp_user_timeout(Duration::from_secs(30))
            .keepalives_idle(Duration::from_secs(15));
        if let Some(password) = &self.password {
            config.password(password.expose());
        }
        config
    }
}

impl fmt::Display for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}:{}", self.database, self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_the_contract_and_no_password() {
        let mut env = Env::from_pairs::<&str, &str>([]);
        let postgres = Postgres::from_env(&mut env);
        env.finish().unwrap();
        assert_eq!(postgres.to_string(), "retail_ops on localhost:5432");
        assert_eq!((postgres.user.as_str(), postgres.password), ("retail", None));
    }

    #[test]
    fn encryption_that_was_asked_for_is_never_silently_left_out() {
        let mut env = Env::from_pairs([("PGSSLMODE", "verify-full"), ("PGPORT", "many")]);
        Postgres::from_env(&mut env);
        let error = env.finish().unwrap_err().to_string();
        assert!(error.contains("PGSSLMODE=\"verify-full\"") && error.contains("PGPORT"), "{error}");
    }

    #[test]
    fn the_password_is_in_no_text_of_the_settings() {
        let mut env = Env::from_pairs([("PGPASSWORD", "canary-71")]);
        let postgres = Postgres::from_env(&mut env);
        assert!(!format!("{postgres} {postgres:?}").contains("canary-71"));
    }
}
