//! Answers that are longer than they should be, or say so.

/// How much longer a body that trickles is: JSON gets spaces, a message a field that nobody knows.
pub(super) const PADDING: usize = 32 * 1024;

/// What a body promises beyond what it has.
pub(super) const PROMISED: usize = 1000;

/// The message with this much more in the length before it.
pub(super) fn promising(mut message: Vec<u8>, more: usize) -> Vec<u8> {
    message.resize(message.len().max(5), 0);
    let length = u32::try_from(message.len() - 5 + more).expect("a message is below 4 GiB");
    message[1..5].copy_from_slice(&length.to_be_bytes());
    message
}

/// The message with a field that nobody knows, and that says nothing.
pub(super) fn padded(message: Vec<u8>) -> Vec<u8> {
    let mut field = vec![0x7a]; // the tag of field 15: bytes follow
    prost::encoding::encode_varint(PADDING as u64, &mut field);
    field.resize(field.len() + PADDING, b' ');
    [promising(message, field.len()), field].concat()
}
