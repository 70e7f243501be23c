//! The flags of `waybill console`.

use crate::audit::Operator;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The port on 127.0.0.1 (default: a free one)
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub port: u16,
    /// Open it in this machine's browser
    #[arg(long)]
    pub open: bool,
    /// Leave out every button that changes something, and refuse such forms: pages only show. Personal data stays masked,
    /// since whoever unmasks it is written to the audit log
    #[arg(long)]
    pub read_only: bool,
    /// A file with the stack's brand as JSON, or the JSON itself, for the mails that it shows of shops whose settings name
    /// none
    #[arg(long, env = "SHOP_BRAND", value_name = "FILE", hide_env_values = true)]
    pub brand: Option<String>,
    #[command(flatten)]
    pub operator: Operator,
}
