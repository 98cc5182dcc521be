// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {WebAuthn} from "@openzeppelin/contracts/utils/cryptography/WebAuthn.sol";

/// @title Accounts by a passkey that its owner can do without (ERC-7913 verifier)
/// @notice A passkey works at one web page's domain only. So the key names a recovery key beside it, and either signs:
/// money and listings stay within reach when the page is gone. The key is qx ‖ qy ‖ recovery address, 84 bytes; it
/// is part of the account's own identity and cannot be changed.
/// @dev Which page asked is not checked: the account has a passkey of one page, and the operator of that page could show
/// the message of any other. User presence and user verification are required.
contract PasskeyVerifier is IERC7913SignatureVerifier {
    uint256 private constant KEY_BYTES = 84;

    /// @dev r, s and v. An assertion is longer.
    uint256 private constant RECOVERY_SIGNATURE_BYTES = 65;

    bytes4 private constant REFUSED = 0xffffffff;

    /// @inheritdoc IERC7913SignatureVerifier
    /// @param key qx ‖ qy ‖ recovery address.
    /// @param signature 65 bytes by the recovery key, else `WebAuthn.WebAuthnAuth`, its fields encoded as arguments are.
    function verify(
        bytes calldata key,
        bytes32 hash,
        bytes calldata signature
    ) external view returns (bytes4) {
        if (key.length != KEY_BYTES) return REFUSED;
        address recovery = address(bytes20(key[64:]));
        // Nobody could sign for the zero address, and the account would end with its web page.
        if (recovery == address(0)) return REFUSED;
        bool isSigned =
            signature.length == RECOVERY_SIGNATURE_BYTES
                ? _isSignedByRecovery(recovery, hash, signature)
                : _isSignedByPasskey(bytes32(key[:32]), bytes32(key[32:64]), hash, signature);
        return isSigned ? IERC7913SignatureVerifier.verify.selector : REFUSED;
    }

    function _isSignedByRecovery(
        address recovery,
        bytes32 hash,
        bytes calldata signature
    ) private pure returns (bool) {
        (address signer, , ) = ECDSA.tryRecoverCalldata(hash, signature);
        return signer == recovery;
    }

    /// @dev Authenticators sign with an `s` of either half, and the library takes the low one: the high one is
    /// mirrored. No use of a signature depends on its bytes.
    function _isSignedByPasskey(
        bytes32 qx,
        bytes32 qy,
        bytes32 hash,
        bytes calldata signature
    ) private view returns (bool) {
        (bool isDecoded, WebAuthn.WebAuthnAuth calldata given) = WebAuthn.tryDecodeAuth(signature);
        if (!isDecoded) return false;
        if (signature.length != _bytesOf(given)) return false;
        WebAuthn.WebAuthnAuth memory auth = given;
        uint256 s = uint256(auth.s);
        if (s > P256.N / 2 && s < P256.N) auth.s = bytes32(P256.N - s);
        return WebAuthn.verify(abi.encodePacked(hash), auth, qx, qy);
    }

    /// @dev Bytes of its encoding: six words, and two texts, each with its length and padded to words.
    function _bytesOf(WebAuthn.WebAuthnAuth calldata auth) private pure returns (uint256) {
        uint256 texts = _padded(auth.authenticatorData.length) + _padded(bytes(auth.clientDataJSON).length);
        return 8 * 32 + texts;
    }

    function _padded(uint256 bytes_) private pure returns (uint256) {
        return (bytes_ + 31) & ~uint256(31);
    }
}
