//! The proof that PostgreSQL answers: a query as its user in its database. On the way it makes the
//! database where it is missing and carries out a change of the password.

use std::time::Duration;

use anyhow::Context;
use service::{Exit, Failure, Secret};
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

use super::super::{Plan, password};
use super::{DATABASE, USER};

const PATIENCE: Duration = Duration::from_secs(10);

/// How a client of this machine logs in.
pub(crate) fn config(port: u16, password: &Secret) -> Config {
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user(USER).password(password.expose()).dbname(DATABASE);
    config.application_name("stack").connect_timeout(PATIENCE);
    config
}

/// Asks the database of a stack `select 1`.
pub(super) async fn prove(plan: &Plan, port: u16) -> anyhow::Result<()> {
    let config = config(port, &plan.password.current);
    let asked = async {
        match run(&config, "select 1").await {
            Err(error) if error.code() == Some(&SqlState::INVALID_CATALOG_NAME) => {
                let mut of_all = config.clone();
                run(of_all.dbname("postgres"), &format!("create database {DATABASE}")).await?;
                run(&config, "select 1").await?;
            }
            Err(error) if error.code() == Some(&SqlState::INVALID_PASSWORD) => change(plan, port).await?,
            other => other?,
        }
        if plan.password.previous.is_some() {
            password::write(&plan.folder.password(), &plan.password.current)?;
        }
        Ok(())
    };
    timeout(PATIENCE, asked).await.context("PostgreSQL took too long to answer")?
}

/// Logs in with the password from before and sets the one that is given now.
async fn change(plan: &Plan, port: u16) -> anyhow::Result<()> {
    let file = plan.folder.password();
    let refused = || {
        Failure::new(
            Exit::Denied,
            format!("PostgreSQL refuses the user {USER}: neither PGPASSWORD nor {} is its password", file.display()),
        )
        .hint(format!("put its password into {}, or remove the data: stack down --volumes", file.display()))
    };
    let Some(previous) = &plan.password.previous else { return Err(refused().into()) };
    let mut before = config(port, previous);
    let quoted = plan.password.current.expose().replace('\'', "''");
    match run(before.dbname("postgres"), &format!("alter role {USER} password '{quoted}'")).await {
        Err(error) if error.code() == Some(&SqlState::INVALID_PASSWORD) => Err(refused().into()),
        other => Ok(other?),
    }
}

/// Asks the database on a port `select 1`.
pub(crate) async fn ask(port: u16, password: &Secret) -> anyhow::Result<()> {
    timeout(PATIENCE, run(&config(port, password), "select 1"))
        .await
        .context("PostgreSQL took too long to answer")??;
    Ok(())
}

async fn run(config: &Config, query: &str) -> Result<(), tokio_postgres::Error> {
    connect(config).await?.batch_execute(query).await
}

/// Connects, and drives the connection in the background until the client is dropped.
async fn connect(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
