// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {ReturnBomb} from "./ReturnBomb.sol";

/// @title Hostile: a wallet (ERC-1271) and a verifier (ERC-7913) that burns all gas, or answers with too many bytes
/// @dev Immutables, so that it behaves the same as a contract and as the code that an EIP-7702 account points to.
contract ReturnBombSigner is IERC1271, IERC7913SignatureVerifier {
    ReturnBomb.Kind public immutable KIND;
    uint256 public immutable SIZE_BYTES;

    constructor(ReturnBomb.Kind kind, uint256 sizeBytes) {
        KIND = kind;
        SIZE_BYTES = sizeBytes;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4 magic) {
        magic = IERC1271.isValidSignature.selector;
        ReturnBomb.answer(KIND, magic, SIZE_BYTES);
    }

    function verify(bytes calldata, bytes32, bytes calldata) external view returns (bytes4 magic) {
        magic = IERC7913SignatureVerifier.verify.selector;
        ReturnBomb.answer(KIND, magic, SIZE_BYTES);
    }
}
