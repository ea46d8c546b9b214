//! What holds of every name, written down anew: nothing here is taken from the code that is tested.

/// What Windows keeps for devices, with any extension.
const DEVICES: [&str; 27] = [
    "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$", "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6",
    "COM7", "COM8", "COM9", "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// Fails unless a file of this name can be saved in a folder, and only there, under every common system.
pub(crate) fn assert_safe(name: &str) {
    assert!(!name.is_empty() && name.len() <= 255, "{name:?} has {} bytes", name.len());
    assert!(
        !name.starts_with(['.', ' ']) && !name.ends_with(['.', ' ']),
        "{name:?} begins or ends with a dot or a blank"
    );
    for character in name.chars() {
        assert!(!"/\\<>:\"|?*".contains(character), "{name:?} has {character:?}");
        assert!(!character.is_control(), "{name:?} has the control {character:?}");
        let is_bidirectional = matches!(
            u32::from(character),
            0x061c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069
        );
        assert!(!is_bidirectional, "{name:?} has {character:?}");
    }
    let stem =
        name.split('.').next().unwrap().trim_end().to_uppercase().replace('¹', "1").replace('²', "2").replace('³', "3");
    assert!(!DEVICES.contains(&stem.as_str()), "{name:?} is a device");
}
