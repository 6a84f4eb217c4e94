//! The settings of the PostgreSQL server: durable as in production, sized for a machine shared with
//! two JVMs.

/// The `postgresql.conf` of a server on a port of loopback.
pub(super) fn render(port: u16) -> String {
    format!(
        "listen_addresses = '127.0.0.1'\n\
         port = {port}\n\
         unix_socket_directories = ''\n\
         password_encryption = 'scram-sha-256'\n\
         max_connections = 50\n\
         # The honest time of a row's landing is that of its commit.\n\
         track_commit_timestamp = on\n\
         fsync = on\n\
         synchronous_commit = on\n\
         full_page_writes = on\n\
         shared_buffers = '256MB'\n\
         wal_buffers = '16MB'\n\
         wal_compression = on\n\
         min_wal_size = '256MB'\n\
         max_wal_size = '2GB'\n\
         checkpoint_completion_target = 0.9\n\
         random_page_cost = 1.1\n\
         jit = off\n\
         timezone = 'UTC'\n\
         log_timezone = 'UTC'\n\
         log_line_prefix = '%m [%p] %a '\n\
         # A failed statement's text holds rows, or a password that is being changed.\n\
         log_min_error_statement = panic\n\
         log_statement = none\n\
         log_checkpoints = off\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_on_loopback_alone_durable_and_knows_commit_times() {
        let text = render(5432);
        for line in ["listen_addresses = '127.0.0.1'", "port = 5432", "fsync = on", "track_commit_timestamp = on"] {
            assert!(text.contains(&format!("{line}\n")), "{line} is not in\n{text}");
        }
    }
}
