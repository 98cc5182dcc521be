// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Hostile as USDC can be: pauses all transfers, or those from and to denied accounts; anyone mints and denies
contract DenylistToken is ERC20 {
    error Denylist_Paused();

    error Denylist_Denied(address account);

    bool public paused;
    mapping(address account => bool denied) public isDenied;

    constructor() ERC20("Denylist", "DENY") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setPaused(bool paused_) external {
        paused = paused_;
    }

    function setDenied(address account, bool denied) external {
        isDenied[account] = denied;
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (paused) revert Denylist_Paused();
        if (isDenied[from]) revert Denylist_Denied(from);
        if (isDenied[to]) revert Denylist_Denied(to);
        super._update(from, to, amount);
    }
}
