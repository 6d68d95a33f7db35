//! One gate: lets callers in, lets their bytes pass or spoils them, until it is told otherwise.

use std::{convert::Infallible, future, io, net::SocketAddr, sync::mpsc, time::Duration};

use tokio::{
    net::TcpStream,
    sync::mpsc as orders,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use super::{Fault, door::Door, grpc, http};
use crate::mocks::Protocol;

/// What a gate does from now on.
pub(super) struct Order {
    pub(super) fault: Option<Fault>,
    /// Told when no connection of before is left.
    pub(super) obeyed: mpsc::Sender<()>,
}

/// Where a gate leads, and what is spoken there.
pub(crate) type Behind = (SocketAddr, Protocol);

/// Lets callers in as it was told last.
pub(super) async fn keep(
    mut door: Door,
    behind: Behind,
    mut orders: orders::UnboundedReceiver<Order>,
) -> io::Result<Infallible> {
    let (mut fault, mut connections) = (None, JoinSet::new());
    loop {
        let order = tokio::select! {
            biased;
            order = orders.recv() => order,
            never = admit(&mut door, behind, fault, &mut connections) => match never? {},
        };
        // Without its handle, it is about to be dropped.
        let Some(order) = order else { return future::pending().await };
        fault = order.fault;
        if matches!(fault, Some(Fault::Refuse | Fault::Flapping { up: Duration::ZERO, .. })) {
            door.shut()?;
        } else {
            door.open()?;
        }
        connections.shutdown().await;
        let _ = order.obeyed.send(());
    }
}

/// Lets callers in for ever, in turns if the service flaps.
async fn admit(
    door: &mut Door,
    behind: Behind,
    fault: Option<Fault>,
    connections: &mut JoinSet<io::Result<()>>,
) -> io::Result<Infallible> {
    let Some(Fault::Flapping { up, down }) = fault else {
        match admit_all(door, behind, fault, connections).await {}
    };
    let mut turn = Instant::now();
    loop {
        turn += up;
        tokio::select! {
            biased;
            () = sleep_until(turn) => {}
            never = admit_all(door, behind, None, connections) => match never {},
        }
        door.shut()?;
        connections.shutdown().await;
        turn += down;
        sleep_until(turn).await;
        door.open()?;
    }
}

async fn admit_all(
    door: &Door,
    behind: Behind,
    fault: Option<Fault>,
    connections: &mut JoinSet<io::Result<()>>,
) -> Infallible {
    loop {
        tokio::select! {
            caller = door.caller() => {
                connections.spawn(serve(caller, behind, fault));
            }
            // Whoever goes away has seen enough, so errors end a connection and nothing else.
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(mut caller: TcpStream, (address, protocol): Behind, fault: Option<Fault>) -> io::Result<()> {
    caller.set_nodelay(true)?;
    match fault {
        Some(Fault::AcceptAndHang) => future::pending().await,
        Some(Fault::SlowAccept(by)) => sleep(by).await,
        _ => {}
    }
    let mut service = TcpStream::connect(address).await?;
    service.set_nodelay(true)?;
    match (fault, protocol) {
        (None | Some(Fault::SlowAccept(_)), _) => {
            tokio::io::copy_bidirectional(&mut caller, &mut service).await.map(|_| ())
        }
        (Some(fault), Protocol::Http) => http::spoil(caller, service, fault).await,
        (Some(fault), Protocol::Grpc) => grpc::spoil(caller, service, fault).await,
    }
}
