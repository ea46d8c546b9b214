//! The body of a request, read as the script says.

use std::io;

use tokio::time::sleep;

use crate::cut::{Break, Cut, Pace};
use crate::head::{Framing, Head};
use crate::plan::End;
use crate::stage::Stage;
use crate::wire::{Piece, Wire};

/// A body that is on its way. What comes of it is on record.
pub(crate) struct Upload<'s> {
    number: u64,
    framing: Framing,
    pace: Option<Pace>,
    stage: &'s Stage,
}

impl<'s> Upload<'s> {
    pub(crate) fn of(head: &Head, number: u64, stage: &'s Stage) -> Self {
        Self { number, framing: head.request_framing(), pace: None, stage }
    }

    pub(crate) fn at(self, pace: Option<Pace>) -> Self {
        Self { pace, ..self }
    }

    /// Reads the next piece; none at the end.
    pub(crate) async fn piece(&mut self, client: &mut Wire) -> io::Result<Option<Piece>> {
        client.at_once(self.pace.map_or(usize::MAX, Pace::at_once));
        let piece = client.piece(&mut self.framing).await?;
        self.stage.received(self.number, piece.as_ref().map(Piece::content));
        if let (Some(pace), Some(1..)) = (self.pace, piece.as_ref().map(|piece| piece.content().len())) {
            sleep(pace.pause()).await;
        }
        Ok(piece)
    }

    /// Reads all of it.
    pub(crate) async fn whole(mut self, client: &mut Wire) -> io::Result<()> {
        while self.piece(client).await?.is_some() {}
        Ok(())
    }

    /// Reads no further than the cut; says how the connection ends there, or nothing where the body came whole.
    pub(crate) async fn cut(mut self, cut: &Cut, client: &mut Wire) -> io::Result<Option<End>> {
        let mut rest = cut.of(&(0..u64::MAX)).unwrap_or(u64::MAX);
        while let Some(piece) = client.piece(&mut self.framing).await? {
            let content = piece.content();
            let taken = content.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
            rest -= taken as u64;
            self.stage.received(self.number, content.get(..taken));
            if taken == content.len() {
                continue;
            }
            if cut.by == Break::Stall {
                self.stage.played();
                client.gone_unread().await;
            }
            return Ok(Some(cut.by.end()));
        }
        self.stage.received(self.number, None);
        Ok(None)
    }
}
