//! `waybill console`: what the command shows and does, as pages for a browser on the operator's own machine.
//!
//! - It listens on 127.0.0.1 alone and calls AWS with the operator's own credentials, so it has exactly their rights.
//! - Its pages show what the command's functions report, and its forms call them: whatever it can do, the command can,
//!   and every page names the command.
//! - Who may use it: whoever opens the link that it prints. The link's token is good for one browser, which gets a
//!   cookie for it ([`session`]). Any other program of this machine, and every web page, is refused:
//!   [`loopback::browser_guard`] checks `Host`, `Origin` and `Sec-Fetch-Site` of each request, and each form carries a
//!   token of its session ([`request`]).
//! - A session ends by its button, or when nobody uses it ([`session`]). What it has begun to change goes on to its end.
//! - A dead-letter queue is scanned by one page at a time, which the others share ([`scans`]).
//! - No page runs a script or loads anything from elsewhere ([`respond`]). A mail is shown in a sandboxed frame, and its
//!   pictures are fetched only when asked for.
//! - Addresses are masked. To unmask an order's takes a reason, which is kept in an audit item.
//! - What the operator's AWS identity may not change has no button ([`rights`]).
//!
//! What it does not protect against: programs that run as the same user, which have the AWS credentials too; and
//! another server of 127.0.0.1 that the same browser visits, since a cookie is sent to every port of its host.

mod act;
mod address_check;
mod args;
mod audit_log;
mod background;
mod command;
mod dead_letter;
mod dead_letter_queue;
mod dead_letter_rows;
mod dead_letters;
mod delivery_answer;
mod diff;
mod doctor;
mod drop;
mod edit;
mod erase;
mod filter_example;
mod job;
mod jobs;
mod link;
mod mail_action;
mod mail_view;
mod mails;
mod moment;
mod named_order;
mod navigation;
mod not_found;
mod order;
mod order_steps;
mod plan;
mod planning;
mod plans;
mod queue_access;
mod rendered_mail;
mod replay;
mod request;
mod respond;
mod rights;
mod scans;
mod search;
mod selection;
mod server;
mod session;
mod severity;
mod shop_names;
mod shops;
mod state;
mod today;
mod today_chart;
mod today_figures;
mod unmask;
mod wording;
mod work;

pub use args::Args;

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::{Output, note};
use crate::shop::table::all_shops;
use rights::Rights;
use state::{Console, ConsoleConfig};

/// Serves the console until Ctrl-C. A change that is being made then ends, or stops after its current step, and is waited
/// for.
///
/// # Errors
/// [`CliError::Input`] when the port cannot be taken, [`CliError::Service`] when it can't be served any more.
pub async fn run(stack: &Stack, args: &Args, output: Output) -> Result<ExitStatus, CliError> {
    let interrupt = Interrupt::listen_silently();
    let (listener, address) = bind(args.port).await?;
    let shops = match &stack.shop {
        Some(shop) => vec![shop.to_string()],
        // Whoever may not list the shops still has the default one.
        None => all_shops(stack)
            .await
            .map(|shops| shops.iter().map(ToString::to_string).collect())
            .unwrap_or_else(|_| vec![stack.shop_or_default().to_string()]),
    };
    let rights = Rights::probe(stack).await;
    let console = Console::new(ConsoleConfig {
        stack: stack.clone(),
        shops,
        rights,
        args,
        address,
        interrupt: interrupt.clone(),
    });
    let link = console.sessions().invitation();
    output.write(&format!(
        "The console of the stack {} runs on this machine. Open it with\n\n  {link}\n\nThe link is good for one browser. \
         Ctrl-C ends the console.\n",
        stack.name
    ));
    if args.open {
        open_in_browser(&link);
    }
    server::serve(listener, address, console, &interrupt).await?;
    Ok(ExitStatus::Healthy)
}

async fn bind(port: u16) -> Result<(TcpListener, SocketAddr), CliError> {
    let refused = |error: std::io::Error| {
        CliError::input(format!(
            "Can't listen on port {port} of 127.0.0.1: {error}. Stop the other program, or leave --port out for a free \
             one."
        ))
        .caused_by(error)
    };
    // Never another interface: the cookie goes over HTTP in clear.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}

/// The program that opens a link in the user's browser. The link is in its arguments, which every user of the machine may
/// read: whoever is faster than the browser gets the session, and the browser is then refused.
fn open_in_browser(link: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    if std::process::Command::new(program).arg(link).spawn().is_err() {
        note(&format!("{program} is not there to open a browser: open the link above yourself."));
    }
}
