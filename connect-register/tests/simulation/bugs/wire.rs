//! Bugs of the client: what arrives is read as what it is not. They change what arrives, so that the
//! product's client reads it as a worse one would.

use connect_register::connect::{Method, Response};
use serde_json::{Value, json};

use super::Bug;

pub(super) const BUGS: [Bug; 5] = [
    Bug {
        arrival: Some(|_, request, arriving| {
            if let Ok(response) = arriving
                && request.method == Method::Put
                && response.status == 200
                && let Some(name) = request.path.strip_prefix("/connectors/").and_then(|it| it.strip_suffix("/config"))
            {
                response.body = json!({"name": name, "config": {}}).to_string().into_bytes();
            }
        }),
        ..Bug::named("any-200-is-success", "the status of a write is enough, whoever answered and whatever it was")
    },
    Bug {
        arrival: Some(|_, request, arriving| {
            if let Ok(response) = arriving
                && request.method == Method::Delete
                && response.status == 404
            {
                *arriving = Ok(error(500, "java.lang.NullPointerException"));
            }
        }),
        ..Bug::named("gone-is-fatal", "a deletion that meets 404 is taken for a failure")
    },
    Bug {
        arrival: Some(|_, request, arriving| {
            if let Ok(response) = arriving
                && request.method == Method::Delete
                && response.status >= 400
            {
                *arriving = Ok(Response { status: 204, body: Vec::new() });
            }
        }),
        ..Bug::named("delete-always-works", "the answer to a deletion is not looked at")
    },
    Bug {
        arrival: Some(|_, request, arriving| {
            if let Ok(response) = arriving
                && request.path.starts_with("/connectors?")
                && serde_json::from_slice::<Value>(&response.body).is_err()
            {
                // What was whole so far is read, and the rest taken for absent.
                *arriving = Ok(Response { status: 200, body: b"{}".to_vec() });
            }
            if let Ok(response) = arriving
                && request.method == Method::Get
                && request.path.ends_with("/config")
            {
                *response = error(404, "Connector c not found");
            }
        }),
        ..Bug::named("half-a-list-is-all", "what is missing from a list that was cut is taken for absent")
    },
    Bug {
        arrival: Some(|_, request, arriving| {
            let is_write = matches!(request.method, Method::Put | Method::Post | Method::Patch);
            if is_write && !request.path.ends_with("/validate") && arriving.is_err() {
                *arriving = Ok(error(409, "Cannot complete request because of a conflicting operation"));
            }
        }),
        ..Bug::named("reset-is-nothing", "a connection that broke is taken for a request that was not done")
    },
];

fn error(status: u16, message: &str) -> Response {
    Response { status, body: json!({"error_code": status, "message": message}).to_string().into_bytes() }
}
