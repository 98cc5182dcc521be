// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures of accounts: of a key, a contract, or the hash of an ERC-7913 signer
/// @notice One set of rules for the market's calls and for deposit addresses.
library Signatures {
    /// @dev Prefix of the hash that gives an ERC-7913 signer its account.
    bytes32 internal constant SIGNER_ACCOUNT = keccak256("Plugpact account of an ERC-7913 signer");

    /// @notice Whether the account signed. ECDSA first, so that the signature of an EIP-7702 account's key counts
    /// regardless of the code it points to; then ERC-1271 for contracts; then ERC-7913 for accounts that are the hash
    /// of a signer. The zero account never signs.
    function isSignedBy(
        address account,
        bytes32 digest,
        bytes calldata signature
    ) internal view returns (bool) {
        if (account == address(0)) return false;
        if (recover(digest, signature) == account) return true;
        return
            account.code.length != 0
                ? SignatureChecker.isValidERC1271SignatureNow(account, digest, signature)
                : _isSignedBySigner(account, digest, signature);
    }

    /// @notice The key that signed by ECDSA, or zero.
    function recover(bytes32 digest, bytes calldata signature) internal pure returns (address signer) {
        (signer, , ) = ECDSA.tryRecoverCalldata(digest, signature);
    }

    /// @dev `signature` is the signer's length in two bytes, the signer (verifier ‖ key, ERC-7913), its signature. A
    /// signer of 20 bytes is an address and has an account already.
    function _isSignedBySigner(
        address account,
        bytes32 digest,
        bytes calldata signature
    ) private view returns (bool) {
        if (signature.length < 2) return false;
        uint256 end = 2 + uint256(uint16(bytes2(signature)));
        if (end <= 22 || signature.length < end) return false;
        bytes calldata signer = signature[2:end];
        bytes32 hash = keccak256(bytes.concat(SIGNER_ACCOUNT, signer));
        if (address(uint160(uint256(hash))) != account) return false;
        return SignatureChecker.isValidSignatureNow(signer, digest, signature[end:]);
    }
}
