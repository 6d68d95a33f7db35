//! Where the demo listens: twelve ports of the loopback address, each with a flag and a variable, and the port of a page.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
};

use bff_testkit::mocks;
use clap::Args;

use crate::house::{StartError, Which};

/// A port for each listener. 0 is any free one.
#[derive(Debug, Clone, Args)]
pub struct Ports {
    /// Of the web BFF
    #[arg(long = "web-port", value_name = "PORT", env = "BFF_DEMO_WEB_PORT", default_value_t = 8080)]
    web: u16,
    /// Of the mobile BFF
    #[arg(long = "mobile-port", value_name = "PORT", env = "BFF_DEMO_MOBILE_PORT", default_value_t = 8081)]
    mobile: u16,
    /// Of the partner BFF
    #[arg(long = "partner-port", value_name = "PORT", env = "BFF_DEMO_PARTNER_PORT", default_value_t = 8082)]
    partner: u16,
    /// Of the web BFF's operators
    #[arg(
        long = "web-admin-port",
        value_name = "PORT",
        env = "BFF_DEMO_WEB_ADMIN_PORT",
        default_value_t = 9080
    )]
    web_admin: u16,
    /// Of the mobile BFF's operators
    #[arg(
        long = "mobile-admin-port",
        value_name = "PORT",
        env = "BFF_DEMO_MOBILE_ADMIN_PORT",
        default_value_t = 9081
    )]
    mobile_admin: u16,
    /// Of the partner BFF's operators
    #[arg(
        long = "partner-admin-port",
        value_name = "PORT",
        env = "BFF_DEMO_PARTNER_ADMIN_PORT",
        default_value_t = 9082
    )]
    partner_admin: u16,
    /// Of the control listener, which switches the mocked services
    #[arg(long = "control-port", value_name = "PORT", env = "BFF_DEMO_CONTROL_PORT", default_value_t = 7000)]
    control: u16,
    /// Of a page on this machine whose scripts may ask the web BFF; 0 for none
    #[arg(long = "page-port", value_name = "PORT", env = "BFF_DEMO_PAGE_PORT", default_value_t = 3000)]
    page: u16,
    /// Of the mocked users service
    #[arg(long = "users-port", value_name = "PORT", env = "BFF_DEMO_USERS_PORT", default_value_t = 7001)]
    users: u16,
    /// Of the mocked notifications service
    #[arg(
        long = "notifications-port",
        value_name = "PORT",
        env = "BFF_DEMO_NOTIFICATIONS_PORT",
        default_value_t = 7002
    )]
    notifications: u16,
    /// Of the mocked reports service
    #[arg(long = "reports-port", value_name = "PORT", env = "BFF_DEMO_REPORTS_PORT", default_value_t = 7003)]
    reports: u16,
    /// Of the mocked orders service
    #[arg(long = "orders-port", value_name = "PORT", env = "BFF_DEMO_ORDERS_PORT", default_value_t = 7004)]
    orders: u16,
    /// Of the mocked invoices service
    #[arg(
        long = "invoices-port",
        value_name = "PORT",
        env = "BFF_DEMO_INVOICES_PORT",
        default_value_t = 7005
    )]
    invoices: u16,
}

impl Ports {
    /// Any free ones.
    pub const FREE: Self = Self {
        web: 0,
        mobile: 0,
        partner: 0,
        web_admin: 0,
        mobile_admin: 0,
        partner_admin: 0,
        control: 0,
        page: 0,
        users: 0,
        notifications: 0,
        reports: 0,
        orders: 0,
        invoices: 0,
    };

    /// Of the control listener.
    pub fn control(&self) -> u16 {
        self.control
    }

    /// The origins of the page whose scripts may ask the web BFF. It is not ours, so its port is not taken.
    pub fn origins(&self) -> Vec<String> {
        let hosts = ["127.0.0.1", "localhost"].into_iter().filter(|_| self.page != 0);
        hosts.map(|host| format!("http://{host}:{}", self.page)).collect()
    }

    /// Of a BFF's clients and of its operators.
    pub fn of(&self, which: Which) -> (u16, u16) {
        match which {
            Which::Web => (self.web, self.web_admin),
            Which::Mobile => (self.mobile, self.mobile_admin),
            Which::Partner => (self.partner, self.partner_admin),
        }
    }

    /// Of the mocked services.
    pub fn services(&self) -> mocks::Ports {
        mocks::Ports {
            users: self.users,
            notifications: self.notifications,
            reports: self.reports,
            orders: self.orders,
            invoices: self.invoices,
        }
    }

    /// Takes every port and gives it back, so that a taken one is found before anything has started.
    pub fn check(&self) -> Result<(), StartError> {
        let mut held: Vec<(u16, &str, TcpListener)> = Vec::new();
        let mut refused = Vec::new();
        for (port, name, what) in self.wanted() {
            match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
                Ok(listener) => held.push((port, what, listener)),
                Err(error) => {
                    let rival = held.iter().find(|(held, _, _)| *held == port).map(|(_, what, _)| *what);
                    let reason = reason(&error, rival);
                    let variable = name.to_uppercase().replace('-', "_");
                    let change = format!("--{name}-port or BFF_DEMO_{variable}_PORT");
                    refused.push(format!("port {port} for {what}: {reason}. Change it with {change}"));
                }
            }
        }
        if refused.is_empty() {
            return Ok(());
        }
        refused.push("Nothing was started. Is another demo running?".to_owned());
        Err(StartError::Ports(refused.join("\n")))
    }

    /// Port, name in flag and variable, and who wants it.
    fn wanted(&self) -> [(u16, &'static str, &'static str); 12] {
        [
            (self.web, "web", "the web BFF"),
            (self.mobile, "mobile", "the mobile BFF"),
            (self.partner, "partner", "the partner BFF"),
            (self.web_admin, "web-admin", "the web BFF's operators"),
            (self.mobile_admin, "mobile-admin", "the mobile BFF's operators"),
            (self.partner_admin, "partner-admin", "the partner BFF's operators"),
            (self.control, "control", "the control listener"),
            (self.users, "users", "the mocked users service"),
            (self.notifications, "notifications", "the mocked notifications service"),
            (self.reports, "reports", "the mocked reports service"),
            (self.orders, "orders", "the mocked orders service"),
            (self.invoices, "invoices", "the mocked invoices service"),
        ]
    }
}

fn reason(error: &io::Error, rival: Option<&str>) -> String {
    match (error.kind(), rival) {
        (io::ErrorKind::AddrInUse, Some(rival)) => format!("also wanted for {rival}"),
        (io::ErrorKind::AddrInUse, None) => "taken by another program".to_owned(),
        (io::ErrorKind::PermissionDenied, _) => "needs a privilege".to_owned(),
        _ => error.to_string(),
    }
}
