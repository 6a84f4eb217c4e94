//! The exit codes of every binary of the toolkit. One table for all of them, so that a script
//! learns them once; the README prints the same table.

use std::process::ExitCode;

/// How a program ended. The numbers are a contract: they never change their meaning.
///
/// `terraform plan` uses 2 for "there are changes" and `kubectl diff` 1; here 2 stays what clap
/// makes it, a usage error, and a difference is 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, or nothing to do.
    Ok,
    /// 1: something failed while running.
    Failed,
    /// 2: the command line is wrong (clap says so itself).
    Usage,
    /// 3: what is differs from what should be: changes pending, drift, a ledger that does not close.
    Difference,
    /// 4: an invalid setting, template, input file or connector config; nothing was changed.
    Invalid,
    /// 5: a server could not be reached, or a wait ran out of time.
    Unreachable,
    /// 6: partly done: some of it was applied, delivered or landed, some was not (yet).
    Partial,
    /// 7: applied, but what was applied is not healthy.
    Unhealthy,
    /// 8: authentication or permission refused (401, 403, a wrong password).
    Denied,
    /// 9: the machine lacks something: a package, memory, disk, a free port.
    Machine,
    /// 130: stopped by Ctrl-C before the work was done.
    Interrupted,
    /// 143: stopped by SIGTERM before the work was done.
    Terminated,
}

impl Exit {
    /// The number the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Difference => 3,
            Self::Invalid => 4,
            Self::Unreachable => 5,
            Self::Partial => 6,
            Self::Unhealthy => 7,
            Self::Denied => 8,
            Self::Machine => 9,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_exit_codes_are_a_contract() {
        let table = [
            (Exit::Ok, 0),
            (Exit::Failed, 1),
            (Exit::Usage, 2),
            (Exit::Difference, 3),
            (Exit::Invalid, 4),
            (Exit::Unreachable, 5),
            (Exit::Partial, 6),
            (Exit::Unhealthy, 7),
            (Exit::Denied, 8),
            (Exit::Machine, 9),
            (Exit::Interrupted, 130),
            (Exit::Terminated, 143),
        ];
        for (exit, code) in table {
            assert_eq!(exit.code(), code, "{exit:?}");
        }
    }
}
