//! The tokens of a text as a model is given them, without running anything.

use std::sync::Arc;

use pyshield_core::{Interrupt, Span, Text};

use super::Model;
use super::encode::{EncodeError, Encoder};
use super::error::{ModelError, ModelFault};

impl Model {
    /// Its tokenizer: the loaded one, or read from its file and kept until the process ends.
    fn encoder(&self) -> Result<Arc<Encoder>, ModelError> {
        if let Some(encoder) = self.encoder.get() {
            return Ok(Arc::clone(encoder));
        }
        let encoder = self.source().encoder(self.config()).map_err(|fault| self.source().error(fault))?;
        Ok(Arc::clone(self.encoder.get_or_init(|| Arc::new(encoder))))
    }

    /// The ids of a text's tokens, at most `most` of them with the special ones around, each with the bytes it
    /// stands for; a special one stands for none.
    pub fn tokens(&self, text: &Text, most: usize) -> Result<Vec<(u32, Option<Span>)>, ModelError> {
        let encoder = self.encoder()?;
        let frame = encoder.frame_of(false);
        let room = most.saturating_sub(frame.len());
        let tokens = encoder.tokens(text.as_str(), room, &Interrupt::NEVER).map_err(|error| match error {
            EncodeError::Fault(fault) => self.source().error(fault),
            // Cannot be: nobody interrupts.
            EncodeError::Interrupted(_) => self.source().error(ModelFault::Closed),
        })?;
        let special = |ids: &[u32]| ids.iter().map(|&id| (id, None)).collect::<Vec<_>>();
        let mut all = special(&frame.before);
        let place = |start: u32, end: u32| Some(Span::new(start as usize, end as usize));
        all.extend(tokens.tokens.iter().map(|token| (token.id, place(token.start, token.end))));
        all.extend(special(&frame.after));
        all.truncate(most);
        Ok(all)
    }

    /// How many different tokens there are.
    pub fn vocabulary(&self) -> Result<usize, ModelError> {
        self.encoder().map(|encoder| encoder.vocabulary())
    }

    /// The id of the token that fills rows up.
    pub fn padding(&self) -> Result<u32, ModelError> {
        self.encoder().map(|encoder| encoder.padding)
    }
}
