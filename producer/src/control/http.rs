//! The control of a running producer over HTTP: `GET /rate`, `PUT /rate`, `POST /pause`, `POST
//! /resume`. It decides nothing itself: the cap and what may be changed are [`Control`]'s.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use super::{Control, RateRefused, Wanted};

/// What `GET /rate` and every change answer.
#[derive(Debug, Serialize)]
struct Answer {
    schema_version: u32,
    #[serde(flatten)]
    wanted: Wanted,
    max: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Wanted>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    rate: f64,
}

/// The routes, to be added to the producer's endpoint.
pub fn routes(control: Control) -> Router {
    Router::new()
        .route("/rate", get(show).put(set))
        .route("/pause", post(pause))
        .route("/resume", post(resume))
        .layer(middleware::from_fn(refuse_pages))
        .with_state(control)
}

async fn show(State(control): State<Control>) -> Response {
    answer(&control, control.wanted(), None)
}

async fn set(State(control): State<Control>, asked: Result<Json<Asked>, JsonRejection>) -> Response {
    let asked = match asked {
        Ok(Json(asked)) => asked.rate,
        Err(rejection) => {
            let why = format!("{}; the body is JSON such as {{\"rate\": 120}}", rejection.body_text());
            return refuse(rejection.status(), &why);
        }
    };
    let before = control.wanted();
    match control.set_rate(asked) {
        Ok(wanted) => {
            tracing::info!(before = before.rate, rate = asked, "the rate was changed");
            answer(&control, wanted, Some(before))
        }
        Err(why @ RateRefused::NoRate) => refuse(StatusCode::CONFLICT, &why.to_string()),
        Err(why) => refuse(StatusCode::UNPROCESSABLE_ENTITY, &why.to_string()),
    }
}

async fn pause(State(control): State<Control>) -> Response {
    hold(&control, true)
}

async fn resume(State(control): State<Control>) -> Response {
    hold(&control, false)
}

fn hold(control: &Control, paused: bool) -> Response {
    let before = control.wanted();
    let wanted = control.set_paused(paused);
    if before.paused != paused {
        tracing::info!(paused, "the producer was {}", if paused { "paused" } else { "resumed" });
    }
    answer(control, wanted, Some(before))
}

fn answer(control: &Control, wanted: Wanted, before: Option<Wanted>) -> Response {
    Json(Answer { schema_version: 1, wanted, max: control.max(), before }).into_response()
}

fn refuse(status: StatusCode, why: &str) -> Response {
    (status, Json(serde_json::json!({ "schema_version": 1, "error": why }))).into_response()
}

/// Browsers add `Origin` to what a web page sends; no page of another site shall pause a producer that
/// happens to listen on this machine. The panel speaks from its server and sends none.
async fn refuse_pages(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return refuse(StatusCode::FORBIDDEN, "requests of web pages (with an Origin header) are not accepted");
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::{Endpoint, Readiness, Shutdown};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    async fn serve(control: &Control) -> std::net::SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let endpoint = Endpoint::new(prometheus_client::registry::Registry::default(), Readiness::default());
        tokio::spawn(endpoint.routes(routes(control.clone())).serve(listener, Shutdown::manual()));
        address
    }

    async fn ask(address: std::net::SocketAddr, line: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let length = body.len();
        let request = format!(
            "{line} HTTP/1.1\r\nhost: test\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer.split_whitespace().nth(1).unwrap_or_default();
        format!("{status} {}", answer.split("\r\n\r\n").nth(1).unwrap_or_default())
    }

    const JSON: &str = "content-type: application/json\r\n";

    #[tokio::test]
    async fn the_rate_is_changed_and_the_answer_tells_before_and_after() {
        let control = Control::new(Some(15.0), 200.0);
        let address = serve(&control).await;
        insta::assert_snapshot!(ask(address, "PUT /rate", JSON, r#"{"rate": 120}"#).await, @r#"200 {"schema_version":1,"rate":120.0,"paused":false,"max":200.0,"before":{"rate":15.0,"paused":false}}"#);
        insta::assert_snapshot!(ask(address, "POST /pause", "", "").await, @r#"200 {"schema_version":1,"rate":120.0,"paused":true,"max":200.0,"before":{"rate":120.0,"paused":false}}"#);
        insta::assert_snapshot!(ask(address, "GET /rate", "", "").await, @r#"200 {"schema_version":1,"rate":120.0,"paused":true,"max":200.0}"#);
        insta::assert_snapshot!(ask(address, "POST /resume", "", "").await, @r#"200 {"schema_version":1,"rate":120.0,"paused":false,"max":200.0,"before":{"rate":120.0,"paused":true}}"#);
        assert_eq!(control.wanted(), Wanted { rate: Some(120.0), paused: false });
    }

    #[tokio::test]
    async fn what_cannot_be_done_is_refused_with_the_reason() {
        let control = Control::new(Some(15.0), 200.0);
        let address = serve(&control).await;
        insta::assert_snapshot!(ask(address, "PUT /rate", JSON, r#"{"rate": 201}"#).await, @r#"422 {"schema_version":1,"error":"201 events/s is above the cap of 200 events/s; RATE_MAX_PER_SEC of the producer raises it"}"#);
        insta::assert_snapshot!(ask(address, "PUT /rate", JSON, r#"{"rate": -1}"#).await, @r#"422 {"schema_version":1,"error":"-1 is not a rate: it takes zero or more events per second"}"#);
        insta::assert_snapshot!(ask(address, "PUT /rate", JSON, r#"{"rat": 1}"#).await, @r#"422 {"schema_version":1,"error":"Failed to deserialize the JSON body into the target type: rat: unknown field `rat`, expected `rate` at line 1 column 6; the body is JSON such as {\"rate\": 120}"}"#);
        insta::assert_snapshot!(ask(address, "POST /pause", "origin: http://evil\r\n", "").await, @r#"403 {"schema_version":1,"error":"requests of web pages (with an Origin header) are not accepted"}"#);
        assert_eq!(control.wanted(), Wanted { rate: Some(15.0), paused: false });
        let replay = serve(&Control::new(None, 200.0)).await;
        insta::assert_snapshot!(ask(replay, "PUT /rate", JSON, r#"{"rate": 1}"#).await, @r#"409 {"schema_version":1,"error":"this run goes at recorded or full speed: it has no rate to change, but it can be paused"}"#);
    }
}
