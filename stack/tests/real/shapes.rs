//! Stacks of other versions and sizes.

use stack::supervise::Condition;
use stack::{Lease, LeaseOptions};

#[tokio::test(flavor = "multi_thread")]
async fn every_kafka_version_boots() {
    for version in ["3.6", "4.3"] {
        let lease = Lease::start(&LeaseOptions::default().with(&["--kafka", version])).await;
        let lease = lease.unwrap_or_else(|error| panic!("Kafka {version}: {error:#}"));
        let state = lease.state().unwrap();
        assert!(state.kafka.starts_with(version) && state.is_ready(), "{state:#?}");
        lease.end().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_brokers_and_two_workers_go_on_when_one_of_each_is_stopped() {
    let options = LeaseOptions::default().with(&["--brokers", "3", "--workers", "2", "--parts", "kafka,connect"]);
    let mut lease = Lease::start(&options).await.unwrap();
    let workers = lease.state().unwrap().ports.connect.len();
    assert_eq!((lease.bootstrap().split(',').count(), workers), (3, 2));
    // One address, for every program takes one.
    assert!(!lease.connect_url().contains(','), "{}", lease.connect_url());
    assert!(lease.pg().is_err());

    let patience = std::time::Duration::from_mins(3);
    lease.stop_part("kafka-1", patience).await.unwrap();
    lease.stop_part("connect-1", patience).await.unwrap();
    let old = lease.kill9("connect-2").await.unwrap();
    // It reads its topics again, from the two brokers that are left.
    lease.until_restarted("connect-2", old, patience).await.unwrap();
    lease.start_part("kafka-1", patience).await.unwrap();
    lease.until("connect-2", Condition::Ready, patience).await.unwrap();
    lease.end().await.unwrap();
}
