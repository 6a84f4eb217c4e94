//! What cannot work is told before anything starts.

use std::net::TcpListener;

use crate::scratch::{Scratch, refused};

#[test]
fn taken_ports_are_told_all_at_once_and_nothing_is_started() {
    let scratch = Scratch::new();
    let taken: Vec<TcpListener> = (0..2).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let ports: Vec<String> = taken.iter().map(|port| port.local_addr().unwrap().port().to_string()).collect();
    let output = scratch.run(&["up", "--ports", "auto", "--postgres-port", &ports[0], "--connect-port", &ports[1]]);
    let told = refused(&output, 9);
    for port in &ports {
        assert!(told.contains(&format!("port {port}")), "{told}");
    }
    assert!(told.contains("--ports auto"), "{told}");
    assert!(!told.contains("starting"), "{told}");
    assert!(!scratch.of("default").exists(), "a stack that never was leaves no folder");
}

#[test]
fn connect_without_kafka_is_a_usage_error() {
    let told = refused(&Scratch::new().run(&["up", "--parts", "connect,postgres"]), 2);
    assert!(told.contains("hint: --parts kafka,connect"), "{told}");
}

#[test]
fn commands_that_need_a_running_stack_say_how_to_start_it() {
    let scratch = Scratch::new();
    for args in [vec!["env"], vec!["sql", "select 1"], vec!["status"]] {
        let told = refused(&scratch.run(&args), 5);
        assert!(told.contains("the stack default is not running\nhint: start it with `stack up`"), "{told}");
    }
    assert!(scratch.run(&["down"]).status.success(), "down of nothing is done");
}

#[test]
fn sql_that_postgresql_refuses_is_told_in_its_words() {
    let scratch = Scratch::new();
    scratch.ok(&["up", "--detach", "--ports", "auto", "--parts", "postgres"]);
    let told = refused(&scratch.run(&["sql", "select * from nothing_there"]), 1);
    assert!(told.contains("relation \"nothing_there\" does not exist (42P01)"), "{told}");
}
