// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "./interfaces/IAccounts.sol";
import {IViews} from "./interfaces/IViews.sol";
import {Accounts} from "./stages/Accounts.sol";
import {Batches} from "./stages/Batches.sol";
import {Bookings} from "./stages/Bookings.sol";
import {Guardian} from "./stages/Guardian.sol";
import {Listings} from "./stages/Listings.sol";
import {MarketState} from "./stages/MarketState.sol";
import {Offers} from "./stages/Offers.sol";
import {Settlements} from "./stages/Settlements.sol";
import {Settings} from "./types/Settings.sol";

/// @title Plugpact's market: joins the stages and holds the money
/// @notice Immutable, without owner. Only the parties of a booking can move its money, and a signature or a deadline
/// ends every booking.
/// @dev The usual path of a session is here; the extension runs all other calls, on this storage. Its address is
/// fixed at deployment and it has the same settings: see docs/decisions/0010-market-and-extension.md.
contract PlugpactMarket is Accounts, Listings, Bookings, Offers, Settlements, Batches, Guardian {
    /// @dev The contract with the calls that this one does not implement. `EXTENSION()` returns it.
    address private immutable RARE_CALLS;

    constructor(Settings memory settings, address extension) MarketState(settings) {
        if (IViews(extension).settingsHash() != SETTINGS_HASH) {
            revert IAccounts.Market_ExtensionMismatch(extension);
        }
        RARE_CALLS = extension;
    }

    /// @dev Runs any other call with the extension's code, on this storage, for this sender. Passes on what it
    /// returns or reverts with.
    // solhint-disable-next-line no-complex-fallback
    fallback() external {
        address extension = RARE_CALLS;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let done := delegatecall(gas(), extension, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            if iszero(done) {
                revert(free, returndatasize())
            }
            return(free, returndatasize())
        }
    }
}
