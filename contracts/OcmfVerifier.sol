// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OcmfProofs} from "./ocmf/OcmfProofs.sol";

/// @title Checks OCMF records on ledgers that count leading zeros by an opcode (CLZ of EIP-7939, osaka)
contract OcmfVerifier is OcmfProofs {
    function _leadingZeros(uint256 bits) internal pure override returns (uint256 zeros) {
        assembly ("memory-safe") {
            zeros := clz(bits)
        }
    }
}
